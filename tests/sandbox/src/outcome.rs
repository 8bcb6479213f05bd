//! What the host did with a rule.

use presync_core::rule::PublishVerdict;
use presync_core::words::Direction;
use presync_rules::{
    Chain, Decided, FaultKind, Guardrail, Limits, LoadError, LoadedRule, PublishChain, RuleHost, defaults,
};
use serde_json::Value;

use crate::case::{Case, Expected};
use crate::hearing::listening;

/// A host with its default map, to which hostile rules are brought one after the other.
#[derive(Debug)]
pub struct Ward {
    host: RuleHost,
    default: LoadedRule,
}

/// What the host did with one case.
#[derive(Debug)]
pub enum Outcome {
    /// It was not loaded.
    Refused(LoadError),
    /// It was loaded and asked.
    Asked(Box<Asked>),
}

/// What came of asking.
#[derive(Debug)]
pub struct Asked {
    /// The answers of the chain of the default map and the rule.
    pub plain: Decided<PublishVerdict>,
    /// The same with an explanation.
    pub explained: Decided<PublishVerdict>,
    /// What the default map alone answers.
    pub default: Decided<PublishVerdict>,
    /// The log lines that got out.
    pub heard: Vec<String>,
}

impl Ward {
    /// Around a host.
    pub fn new(host: RuleHost) -> Self {
        let default = defaults::load(&host, Direction::TeamsToEight).unwrap();
        Self { host, default }
    }

    /// The host.
    pub const fn host(&self) -> &RuleHost {
        &self.host
    }

    /// Loads a case and, if that goes well, asks it.
    pub fn admit(&self, case: &Case) -> Outcome {
        let direction = Some(Direction::TeamsToEight);
        match self.host.load(&case.component, direction, &Value::Null, Limits::default()) {
            Ok(rule) => Outcome::Asked(Box::new(self.ask(&self.chain(rule), case))),
            Err(error) => Outcome::Refused(error),
        }
    }

    /// The default map and then a rule.
    pub fn chain(&self, rule: LoadedRule) -> PublishChain {
        Chain::new(vec![self.default.clone(), rule]).unwrap()
    }

    fn ask(&self, chain: &PublishChain, case: &Case) -> Asked {
        let ((plain, explained), heard) =
            listening(|| (chain.decide(&case.people, false), chain.decide(&case.people, true)));
        let default = PublishChain::new(vec![self.default.clone()]).unwrap().decide(&case.people, false);
        Asked { plain, explained, default, heard }
    }
}

impl Outcome {
    /// Whether it is what was expected.
    pub fn is(&self, expected: Expected) -> bool {
        match (self, expected) {
            (Self::Refused(_), Expected::Refused) => true,
            (Self::Asked(asked), Expected::Fails(kind)) => asked.fault() == Some(kind) && asked.own() == 0,
            (Self::Asked(asked), Expected::Falters(kind)) => asked.fault() == Some(kind) && asked.own() > 0,
            (Self::Asked(asked), Expected::Poison(kind)) => asked.poison() == Some(kind),
            (Self::Asked(asked), Expected::Guarded(guardrail)) => asked.guarded() == Some(guardrail),
            (Self::Asked(asked), Expected::Decides(_)) => asked.is_well(),
            _ => false,
        }
    }

    /// How the rule was met: a few words for the table.
    pub fn met(&self) -> String {
        let Self::Asked(asked) = self else { return "being refused".to_owned() };
        let fault = asked.fault().map(|kind| format!("a fault: {kind}"));
        let poison = || asked.poison().map(|kind| format!("a question on the poison list: {kind}"));
        let guarded = || asked.guarded().map(|guardrail| format!("a guardrail: {guardrail}"));
        fault.or_else(poison).or_else(guarded).unwrap_or_else(|| "being asked".to_owned())
    }

    /// What the host says of it; nothing when it has nothing to say.
    pub fn said(&self) -> Option<String> {
        match self {
            Self::Refused(error) => Some(error.to_string()),
            Self::Asked(asked) => {
                let fault = asked.plain.faults.first().map(|fault| fault.message.clone());
                let poison = || asked.plain.poison.first().map(|poison| poison.fault.message.clone());
                fault.or_else(poison).or_else(|| asked.plain.guarded.first().map(ToString::to_string))
            }
        }
    }

    /// What stands.
    pub fn stands(&self) -> String {
        match self {
            Self::Refused(_) => "the rule in force before it".to_owned(),
            Self::Asked(asked) => asked.stands(),
        }
    }

    /// Every text that anybody could come to read.
    pub fn texts(&self) -> Vec<&str> {
        let Self::Asked(asked) = self else { return Vec::new() };
        let reasons = asked.explained.stages.iter().flatten().filter_map(|stage| stage.verdict.reason.as_deref());
        let faults = asked.plain.faults.iter().chain(&asked.explained.faults).map(|fault| &*fault.message);
        asked.heard.iter().map(String::as_str).chain(faults).chain(reasons).collect()
    }
}

impl Asked {
    fn fault(&self) -> Option<FaultKind> {
        self.plain.faults.first().or(self.explained.faults.first()).map(|fault| fault.kind)
    }

    /// How a question failed by itself, when nothing else did.
    fn poison(&self) -> Option<FaultKind> {
        self.plain.poison.first().filter(|_| self.fault().is_none()).map(|poison| poison.fault.kind)
    }

    fn guarded(&self) -> Option<Guardrail> {
        self.plain.guarded.first().map(|guarded| guarded.guardrail)
    }

    fn is_well(&self) -> bool {
        self.fault().is_none() && self.poison().is_none() && self.guarded().is_none()
    }

    /// How many people have another verdict than the default map's.
    fn own(&self) -> usize {
        let verdicts = self.plain.verdicts.iter().zip(&self.default.verdicts);
        verdicts.filter(|(shown, default)| shown.action != default.action).count()
    }

    fn stands(&self) -> String {
        let own = self.own();
        match (own, self.plain.verdicts.len() - own) {
            (0, _) => "the default map's verdicts".to_owned(),
            (_, 0) => "its own verdicts".to_owned(),
            (own, default) => format!("its own verdicts for {own} of the people, the default map's for {default}"),
        }
    }
}
