//! Walks through the states of all scenarios, the long ones too, and says how many there were.

use std::process::ExitCode;
use std::time::Instant;

use presync_model::walks;

fn main() -> ExitCode {
    let started = Instant::now();
    let made = walks::make(walks::long(), |walked| println!("{walked}"));
    let states: usize = made.iter().map(|walked| walked.states).sum();
    println!("{states} states in {:.0} s", started.elapsed().as_secs_f32());
    let mut holds = true;
    for (property, story) in made.iter().flat_map(|walked| &walked.stories) {
        println!("\nthis does not hold: {property}\n{story}");
        holds = false;
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
