//! What a new project is made of. `{{name}}` and its like are filled in.

use presync_build::{Language, javascript, python};
use presync_core::words::Direction;

/// A text that is embedded, from the folder of the templates.
macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../templates/", $path))
    };
}

/// The sources of the SDK, by their names.
macro_rules! sdk {
    ($($name:literal),+ $(,)?) => {
        &[ $( ($name, include_str!(concat!("../../../../plugins/sdk/", $name))) ),+ ]
    };
}

const WIT: &str = include_str!("../../../../wit/rules.wit");

/// What a rule in Rust is written against, but for its manifest.
pub(super) const SDK: &[(&str, &str)] = sdk![
    "README.md",
    "src/arena.rs",
    "src/bindings.rs",
    "src/descriptor.rs",
    "src/eight_to_teams.rs",
    "src/export.rs",
    "src/lib.rs",
    "src/log.rs",
    "src/settings.rs",
    "src/subject.rs",
    "src/teams_to_eight.rs",
    "src/words.rs",
];

/// Where the SDK's own sources find the interface, and where they find it in a project.
const WIT_PATH: (&str, &str) = ("path: \"../../wit\"", "path: \"../wit\"");

/// The files of a project: path and text.
pub(super) fn files(name: &str, language: Language, direction: Direction) -> Vec<(String, String)> {
    let readme = readme(name, language, direction);
    let table = match direction {
        Direction::TeamsToEight => template!("tests/teams-to-8x8.toml"),
        Direction::EightToTeams => template!("tests/8x8-to-teams.toml"),
    };
    let mut files = vec![
        ("README.md", readme),
        (".gitignore", template!("gitignore").to_owned()),
        ("rule.toml", template!("rule.toml").replace("{{direction}}", direction.label())),
        ("tests/presence.toml", table.to_owned()),
        ("wit/rules.wit", WIT.to_owned()),
    ];
    match language {
        Language::Rust => files.extend(rust(direction)),
        Language::JavaScript => files.extend(in_javascript(direction)),
        Language::Python => files.extend(in_python(direction)),
    }
    let named = |(path, text): (&str, String)| (path.to_owned(), text.replace("{{name}}", name));
    let mut files: Vec<_> = files.into_iter().map(named).collect();
    if language == Language::Rust {
        files.push((
            "presync-rule/Cargo.toml".to_owned(),
            template!("rust/sdk.Cargo.toml").replace("{{version}}", env!("CARGO_PKG_VERSION")),
        ));
        files.extend(
            SDK.iter().map(|(path, text)| (format!("presync-rule/{path}"), text.replace(WIT_PATH.0, WIT_PATH.1))),
        );
    }
    files
}

fn rust(direction: Direction) -> Vec<(&'static str, String)> {
    let code = match direction {
        Direction::TeamsToEight => template!("rust/lib.teams-to-8x8.rs"),
        Direction::EightToTeams => template!("rust/lib.8x8-to-teams.rs"),
    };
    vec![("Cargo.toml", template!("rust/Cargo.toml").to_owned()), ("src/lib.rs", code.to_owned())]
}

fn in_javascript(direction: Direction) -> Vec<(&'static str, String)> {
    let package = template!("javascript/package.json").replace("{{tool}}", javascript::TOOL);
    let code = match direction {
        Direction::TeamsToEight => template!("javascript/rule.teams-to-8x8.js"),
        Direction::EightToTeams => template!("javascript/rule.8x8-to-teams.js"),
    };
    vec![
        ("package.json", package.replace("{{tool_version}}", javascript::VERSION)),
        (javascript::SOURCE, code.to_owned()),
        ("presync-rule.js", template!("javascript/presync-rule.js").to_owned()),
    ]
}

fn in_python(direction: Direction) -> Vec<(&'static str, String)> {
    let package = template!("python/pyproject.toml").replace("{{tool}}", python::TOOL);
    let (code, interface, class, verdicts) = match direction {
        Direction::TeamsToEight => {
            let verdicts = template!("python/verdicts.teams-to-8x8.py");
            (template!("python/app.teams-to-8x8.py"), "teams_to_eight", "TeamsToEight", verdicts)
        }
        Direction::EightToTeams => {
            let verdicts = template!("python/verdicts.8x8-to-teams.py");
            (template!("python/app.8x8-to-teams.py"), "eight_to_teams", "EightToTeams", verdicts)
        }
    };
    let module = template!("python/presync_rule.py")
        .replace("{{interface}}", interface)
        .replace("{{class}}", class)
        .replace("{{verdicts}}\n", verdicts);
    vec![
        ("pyproject.toml", package.replace("{{tool_version}}", python::VERSION)),
        ("app.py", code.to_owned()),
        ("presync_rule.py", module),
    ]
}

fn readme(name: &str, language: Language, direction: Direction) -> String {
    let (purpose, settings) = match direction {
        Direction::TeamsToEight => (
            "whoever presents or focuses in Teams is shown as busy, and is still offered calls",
            [("presenting", "direct-only"), ("focusing", "all")].as_slice(),
        ),
        Direction::EightToTeams => {
            ("an 8x8 call is shown in Teams as a conference call", [("show", "in-a-conference-call")].as_slice())
        }
    };
    let (source, fetches, files) = match language {
        Language::Rust => {
            ("src/lib.rs", "", "| `presync-rule/` | what it is written against: traits, words, the export |\n")
        }
        Language::JavaScript => (
            "rule.js",
            "; the first time npm fetches the tool",
            "| `presync-rule.js` | what it leans on: words, verdicts, settings, the export |\n| `rule.toml` | its direction, and a budget when the usual one is too small |\n",
        ),
        Language::Python => (
            "app.py",
            "; the first time pip fetches the tool",
            "| `presync_rule.py` | what it leans on: words, verdicts, settings, the export |\n| `rule.toml` | its direction, and a budget when the usual one is too small |\n",
        ),
    };
    let listed = |between: &str, quote: &str| {
        settings
            .iter()
            .map(|(key, value)| format!("{quote}{key}{quote}{between}\"{value}\""))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let filled = [
        ("{{name}}", name.to_owned()),
        ("{{direction}}", direction.label().to_owned()),
        ("{{purpose}}", purpose.to_owned()),
        ("{{fetches}}", fetches.to_owned()),
        ("{{settings_json}}", format!("{{{}}}", listed(": ", "\""))),
        ("{{settings_toml}}", format!("{{ {} }}", listed(" = ", ""))),
        ("{{source}}", source.to_owned()),
        ("{{files}}", files.to_owned()),
    ];
    filled.iter().fold(template!("README.md").to_owned(), |text, (mark, value)| text.replace(mark, value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_source_of_the_sdk_is_in_a_project() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/sdk/src");
        let there: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("src/{}", entry.unwrap().file_name().into_string().unwrap()))
            .collect();
        let embedded: BTreeSet<_> =
            SDK.iter().map(|(path, _)| (*path).to_owned()).filter(|path| path.starts_with("src/")).collect();
        assert_eq!(embedded, there);
    }

    #[test]
    fn the_sdk_of_a_project_asks_for_what_the_workspace_asks_for() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
        let workspace: toml::Table = std::fs::read_to_string(root).unwrap().parse().unwrap();
        let manifest: toml::Table = template!("rust/sdk.Cargo.toml").parse().unwrap();
        let own: toml::Table = include_str!("../../../../plugins/sdk/Cargo.toml").parse().unwrap();
        let asked = manifest["dependencies"].as_table().unwrap();
        assert_eq!(
            asked.keys().collect::<Vec<_>>(),
            own["dependencies"].as_table().unwrap().keys().collect::<Vec<_>>()
        );
        for (name, wanted) in asked {
            assert_eq!(wanted, &workspace["workspace"]["dependencies"][name], "{name}");
        }
    }

    #[test]
    fn the_sdk_of_a_project_finds_the_interface_beside_it() {
        let files = files("lunch", Language::Rust, Direction::TeamsToEight);
        let (_, bindings) = files.iter().find(|(path, _)| path == "presync-rule/src/bindings.rs").unwrap();
        assert_eq!(bindings.matches(WIT_PATH.1).count(), 3);
        assert_eq!(bindings.matches("../../wit").count(), 0);
    }
}
