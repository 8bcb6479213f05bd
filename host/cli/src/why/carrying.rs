//! How far what the rules decided is carried to 8x8, and what could be carried for this person at all.

use std::fmt::Write;

use crate::api::answer::{Carrying, Told};

/// The lines beneath what 8x8 says.
pub(super) fn render(carrying: &Carrying) -> String {
    let Carrying { mode, extent, done, missing, waits, abilities } = carrying;
    let mut lines = format!("  carried {}\n", whole(extent));
    for Told { sentence, code } in done {
        let _ = writeln!(lines, "    done  {sentence} ({code})");
    }
    for Told { sentence, code } in missing {
        let _ = writeln!(lines, "    not   {sentence} ({code})");
    }
    if let Some(Told { sentence, code }) = waits {
        let _ = writeln!(lines, "    waits {sentence} ({code})");
    }
    // A partner can do the same for everybody; what 8x8 documents publicly differs from person to person.
    if mode == "public" {
        lines += "  public mode, for this person\n";
        for ability in abilities {
            let _ = writeln!(lines, "    {}", ability.sentence);
        }
    }
    lines
}

/// The word that the service says, as a sentence; a word that only a newer service has is shown as it is.
fn whole(extent: &str) -> String {
    match extent {
        "nothing" => "nothing has to be done at 8x8",
        "carried" => "all of what is wanted is done",
        "partly" => "a part of what is wanted is done, and nothing here can do the rest",
        "not-carried" => "nothing of what is wanted can be done",
        "waits" => "not all of what is wanted is done yet",
        other => return other.to_owned(),
    }
    .to_owned()
}
