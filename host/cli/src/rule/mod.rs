//! `presync rule …`: makes rules, tests and looks at them, signs them, and takes them to and from registries, without a service; and
//! steers those of a running one.
//!
//! # Layout
//! * `new`, `build`: a new project; a project becomes a component
//! * `subject`: what an author's command is about: a project or a component, with its tests and its budget
//! * `test`: a rule against its tables of tests
//! * `source`: a rule named by a file or by the name of a default map
//! * `tables`: the tables of a settings file
//! * `moment`: who is asked about, and when
//! * `matrix`: what a rule answers for every possible input
//! * `inspect`: the proof sheet of a rule
//! * `keygen`, `sign`, `verify`: who made a rule, and that it is still the same
//! * `registry`: a place in a registry and the rights to it, as options
//! * `push`, `pull`: to and from a registry
//! * `preview`: what a rule would change in a running service
//! * `steer`: taking a rule of a running service back, and letting it on

mod build;
mod inspect;
mod keygen;
mod matrix;
mod moment;
mod new;
mod preview;
mod pull;
mod push;
mod registry;
mod sign;
mod source;
mod steer;
mod subject;
mod tables;
mod test;
mod verify;

use std::io;

use anyhow::Result;
use clap::{Args, Subcommand};
use presync_rules::{HostSettings, RuleHost};

use steer::Steer;

/// Make rules, test and look at them, sign them, push and pull them, take them back and let them on
#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a new rule project: a rule that does something small and real, its tests, and all that it builds with
    #[command(after_help = "Examples:\n  \
        presync rule new lunch-break --lang javascript\n  \
        presync rule new call-privacy --lang rust --direction 8x8-to-teams\n\n\
        Then: presync rule build lunch-break && presync rule test lunch-break")]
    New(new::NewArgs),
    /// Build a rule project into a component
    ///
    /// Rust needs the target wasm32-unknown-unknown, JavaScript needs Node.js, Python needs Python 3; what is missing beyond that is fetched
    /// with rustup, npm or pip, once. PRESYNC_TOOLS names a folder that keeps it for all projects.
    #[command(
        after_help = "Examples:\n  presync rule build lunch-break\n  presync rule build lunch-break -o rules/lunch-break.wasm"
    )]
    Build(build::BuildArgs),
    /// Ask a rule everything in its tables of tests, tests/*.toml
    ///
    /// Each case is put to a fresh instance, on top of the default map, as it will be in a chain. A project is built first when its code
    /// is newer than its component. Ends with 1 when a case fails.
    #[command(after_help = format!("Examples:\n  \
        presync rule test lunch-break\n  \
        presync rule test lunch-break.wasm --tests lunch-break/tests --format json\n  \
        presync rule test teams-to-8x8 --tests our-expectations.toml\n  \
        presync rule test --table presync.toml --tests our-expectations.toml\n\n\
        What a table may say:\n\n{}", presync_author::table::KEYS))]
    Test(test::TestArgs),
    /// Print what a rule answers for every possible input
    ///
    /// A rule is asked on top of the default map of its direction, as it will be in a chain; the last column says what the default map
    /// alone says, where the rule changes it. What a row does not span is the same in all of them, and unknown unless it is given.
    #[command(after_help = "Examples:\n  \
        presync rule matrix teams-to-8x8                          # the default map, as a table\n  \
        presync rule matrix teams-to-8x8 --format csv > map.csv\n  \
        presync rule matrix my-rule.wasm --settings '{\"presenting\": \"direct-only\"}' --changed\n  \
        presync rule matrix --table presync.toml --tenant acme --changed --queue support --at 2026-03-02T18:30+01:00\n\n\
        A small file for --table:\n  \
        table = [ { when = { activity = \"presenting\" }, then = { publish = \"busy\", calls = \"all\" } } ]")]
    Matrix(matrix::MatrixArgs),
    /// Print the proof sheet of a rule: what it is, wants to see, is made of and costs, who signed it, and how its tests went
    #[command(after_help = "Examples:\n  \
        presync rule inspect lunch-break                                       # a project; built first when its code is newer\n  \
        presync rule inspect lunch-break.wasm --settings '{\"from\": \"12:00\"}'\n  \
        presync rule inspect 8x8-to-teams")]
    Inspect(inspect::InspectArgs),
    /// Make a key to sign rules with
    ///
    /// The secret half goes into a file that only you can read. The public half is printed; it is what others put among their
    /// trusted keys.
    #[command(after_help = "Examples:\n  presync rule keygen\n  presync rule keygen -o ~/.config/presync/rules.key")]
    Keygen(keygen::KeygenArgs),
    /// Sign a rule
    ///
    /// The signature goes into the component itself, behind everything else. Signatures of others stay; the same key signs only once.
    #[command(after_help = "Examples:\n  \
        presync rule sign my-rule.wasm --key presync-signing.key\n  \
        presync rule sign my-rule.wasm --key presync-signing.key -o my-rule.signed.wasm")]
    Sign(sign::SignArgs),
    /// Check that a rule is as it was signed, and say by whom
    ///
    /// With trusted keys it fails unless one of them signed the rule; without, only when the rule is not signed or was altered.
    #[command(after_help = "Examples:\n  \
        presync rule verify my-rule.wasm                                   # who signed it?\n  \
        presync rule verify my-rule.wasm --trusted presync-key:… --trusted presync-key:…")]
    Verify(verify::VerifyArgs),
    /// Put a rule into an OCI registry
    ///
    /// The login is Docker's (`docker login`), unless one is given here. On this machine registries are called without encryption.
    #[command(after_help = "Examples:\n  \
        presync rule push my-rule.wasm oci://registry.example/acme/my-rule:1.2\n  \
        presync rule push my-rule.wasm oci://registry.example/my-rule:1.2 --user ann --password env:PASSWORD\n  \
        presync rule push my-rule.wasm oci://localhost:5000/my-rule:1.2")]
    Push(push::PushArgs),
    /// Take a rule from an OCI registry
    ///
    /// What a tag named when it was pulled first is kept in the lock. When the tag names something else later, nothing is pulled
    /// until `--update` says that the change is wanted.
    #[command(after_help = "Examples:\n  \
        presync rule pull oci://registry.example/acme/my-rule:1.2 -o rules/my-rule.wasm\n  \
        presync rule pull oci://registry.example/acme/my-rule:1.2 -o rules/my-rule.wasm --update\n  \
        presync rule pull oci://registry.example/my-rule:1.2 -o my-rule.wasm --trusted presync-key:…")]
    Pull(pull::PullArgs),
    /// Ask a rule beside those in force, about the people of a running service: who would change, and how
    ///
    /// Nothing is published. The rule stands where the rule of its name stands in the settings, or else after all others.
    #[command(after_help = "Examples:\n  \
        presync rule preview my-rule.wasm --tenant acme\n  \
        presync rule preview my-rule.wasm --tenant acme --settings '{\"presenting\": \"direct-only\"}' --all")]
    Preview(preview::PreviewArgs),
    /// Ask a rule about what the event log of a running service tells: who would have changed, and how
    #[command(after_help = "Examples:\n  \
        presync rule replay my-rule.wasm --tenant acme --since 24h\n  \
        presync rule replay my-rule.wasm --tenant acme --since 7d --all")]
    Replay(preview::ReplayArgs),
    /// Take a rule of a running service back to the version before it
    ///
    /// A version that is on trial is taken back first. What was taken back does not come back until the rule's file changes, or by
    /// `presync rule promote`.
    #[command(after_help = "Examples:\n  \
        presync rule rollback dnd-routing --tenant acme\n  \
        PRESYNC_ADMIN_TOKEN=… presync rule rollback rules/dnd.wasm --tenant acme --config presync.toml")]
    Rollback(steer::SteerArgs),
    /// Let a version of a rule of a running service on: from its trial to everyone, or back in after it was set aside
    #[command(after_help = "Example:\n  presync rule promote dnd-routing --tenant acme")]
    Promote(steer::SteerArgs),
}

/// Runs `presync rule`.
pub(crate) fn run(args: &RuleArgs) -> Result<()> {
    let out = &mut io::stdout().lock();
    let done = match &args.command {
        Command::New(args) => new::run(args, out),
        Command::Build(args) => build::run(args, out),
        Command::Test(args) => test::run(args, out),
        Command::Matrix(args) => matrix::run(&RuleHost::new(HostSettings::default())?, args, out),
        Command::Inspect(args) => inspect::run(args, out),
        Command::Keygen(args) => keygen::run(args, out),
        Command::Sign(args) => sign::run(args, out),
        Command::Verify(args) => verify::run(args, out),
        Command::Push(args) => push::run(args, out),
        Command::Pull(args) => pull::run(args, out),
        Command::Preview(args) => preview::run(args, out),
        Command::Replay(args) => preview::replay(args, out),
        Command::Rollback(args) => steer::run(args, Steer::Rollback, out),
        Command::Promote(args) => steer::run(args, Steer::Promote, out),
    };
    // A reader that has seen enough (`| head`) is no error.
    done.or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(io) if io.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
