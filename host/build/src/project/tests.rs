use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn refusal(files: &[(&str, &str)]) -> String {
    Project::open(folder(files).path()).unwrap_err().to_string()
}

const PYPROJECT: (&str, &str) = ("pyproject.toml", "[project]\nname = \"lunch\"\n");

#[test]
fn each_language_is_recognised_by_the_file_it_needs() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"lunch\"\n", Language::Rust),
        ("package.json", "{\"name\": \"lunch\"}", Language::JavaScript),
        (PYPROJECT.0, PYPROJECT.1, Language::Python),
    ];
    for (file, text, language) in files {
        let folder = folder(&[(file, text)]);
        let project = Project::open(folder.path()).unwrap();
        assert_eq!((project.name(), project.language()), ("lunch", language));
        assert!(project.component().ends_with("lunch.wasm"));
    }
}

#[test]
fn a_folder_of_no_language_or_of_two_is_refused() {
    assert!(refusal(&[]).contains("neither Cargo.toml (Rust) nor package.json"));
    let both = refusal(&[PYPROJECT, ("package.json", "{}")]);
    assert!(both.contains("has package.json and pyproject.toml"), "{both}");
}

#[test]
fn limits_and_direction_are_read_from_rule_toml() {
    let rule = "direction = \"8x8-to-teams\"\nlimits = { memory = \"64MiB\", batch_time = \"200ms\" }\n";
    let folder = folder(&[PYPROJECT, ("rule.toml", rule)]);
    let project = Project::open(folder.path()).unwrap();
    assert_eq!(project.world().unwrap(), "eight-to-teams-rule");
    assert_eq!(project.limits().to_string(), "limits = { memory = \"64MiB\", batch_time = \"200ms\" }");
}

#[test]
fn a_misspelt_key_of_rule_toml_is_refused_with_its_line() {
    let refusal = refusal(&[PYPROJECT, ("rule.toml", "direktion = \"8x8-to-teams\"\n")]);
    assert!(refusal.contains("rule.toml: TOML parse error at line 1"), "{refusal}");
    assert!(refusal.contains("unknown field `direktion`, expected `direction` or `limits`"), "{refusal}");
}

#[test]
fn a_rule_of_no_direction_says_which_there_are() {
    let folder = folder(&[PYPROJECT]);
    let refusal = Project::open(folder.path()).unwrap().world().unwrap_err().to_string();
    assert!(refusal.contains("direction = \"teams-to-8x8\", or \"8x8-to-teams\""), "{refusal}");
}
