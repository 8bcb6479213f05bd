//! How much work the functions of a file would be for the compiler, measured before it is set to them.
//!
//! Compiling cannot be interrupted, and takes time and memory by more than the size of the file: a local that is set on many ways through a
//! function is worked out anew wherever they meet. A function of 200 KB made for it took 24 seconds and 750 MB. What real rules bring
//! is far below the limits: interpreters of JavaScript and Python have 13,500 functions, the worst of them a tangle of 430,000, and
//! 7,000,000 in all.

use wasmparser::{BlockType, CompositeInnerType, FunctionBody, Operator, TypeSectionReader};

use super::{damaged, unsupported};
use crate::error::LoadError;

/// Functions of a file.
const FUNCTIONS: u32 = 50_000;

/// Locals of one function times its branches.
const TANGLE: u64 = 1_000_000;

/// The same, of all functions together.
const TANGLES: u64 = 20_000_000;

/// Results of one function or block: with many, a few bytes would stand for thousands of values.
const RESULTS: usize = 16;

/// What has been found in a file so far.
#[derive(Debug, Default)]
pub(super) struct Toil {
    functions: u32,
    tangles: u64,
}

impl Toil {
    /// Takes the types of a module into account.
    pub(super) fn add_types(section: TypeSectionReader<'_>) -> Result<(), LoadError> {
        for group in section {
            for kind in group.map_err(damaged)?.types() {
                if let CompositeInnerType::Func(function) = &kind.composite_type.inner
                    && function.results().len() > RESULTS
                {
                    let found = function.results().len();
                    return Err(unsupported(format!(
                        "a function of it has {found} results, and {RESULTS} are allowed"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Takes a function into account.
    pub(super) fn add(&mut self, body: &FunctionBody<'_>) -> Result<(), LoadError> {
        self.functions += 1;
        if self.functions > FUNCTIONS {
            return Err(unsupported(format!("it has more than {FUNCTIONS} functions; build it smaller")));
        }
        let tangle = tangle(body)?;
        self.tangles += tangle;
        if tangle > TANGLE || self.tangles > TANGLES {
            let reason =
                "its functions have too many locals for their branches to be compiled in good time; make them smaller";
            return Err(unsupported(reason.to_owned()));
        }
        Ok(())
    }
}

/// Locals, with the parameters that are used, times branches.
fn tangle(body: &FunctionBody<'_>) -> Result<u64, LoadError> {
    let (mut locals, mut branches) = (0, 0);
    for declared in body.get_locals_reader().map_err(damaged)? {
        locals += u64::from(declared.map_err(damaged)?.0);
    }
    for operator in body.get_operators_reader().map_err(damaged)? {
        match operator.map_err(damaged)? {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => locals = locals.max(u64::from(local_index) + 1),
            Operator::Block { blockty: BlockType::FuncType(_) }
            | Operator::Loop { blockty: BlockType::FuncType(_) }
            | Operator::If { blockty: BlockType::FuncType(_) } => branches += 1 + RESULTS as u64,
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::Br { .. }
            | Operator::BrIf { .. } => branches += 1,
            Operator::BrTable { targets } => branches += u64::from(targets.len()),
            _ => {}
        }
    }
    Ok(locals * branches)
}
