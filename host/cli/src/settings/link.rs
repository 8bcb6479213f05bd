//! Reads `[tenant.link]`: how people are paired, and who is whom by hand.

use presync_core::linking::{DEFAULT_KEYS, HandPair, Key, LinkPolicy, folded};
use presync_service::LinkSettings;
use presync_service::links;

use super::document::{Entry, Section};
use super::kind::{LINK_FILE, LINK_KEY, LinkKey};

const KEYS: &[&str] = &["match", "pair", "file", "exclude"];
const PAIR_KEYS: &[&str] = &["teams", "eight"];

const LINK: &str = "a table, [tenant.link]";
const PAIRS: &str = "one table or more, each [[tenant.link.pair]] in double brackets";
const TEAMS: &str = "a Teams user name or object id";
const EIGHT: &str = "an 8x8 user id, e-mail or user name";
const EXCLUDED: &str = "a list of user names, addresses or ids that are never linked";
const EACH_ONCE: &str = "each account in one pair only";

/// A pair of the settings file, and where it is.
type Placed = (HandPair, usize);

pub(super) fn read(tenant: &Section<'_>) -> Option<LinkSettings> {
    let section = tenant.section_or_empty("link", LINK, KEYS)?;
    let keys = section.get("match").map_or(Some(DEFAULT_KEYS.to_vec()), |entry| keys(&entry));
    let pairs = section.get("pair").map_or(Some(Vec::new()), |entry| pairs(&entry));
    let exclude = section.get("exclude").map_or(Some(Vec::new()), |entry| entry.texts(EXCLUDED));
    let file = section.optional("file", &LINK_FILE);
    let file = file?.map(|file| section.document.beside(file));
    let pairs = pairs?;
    if let (Some(path), Some(entry)) = (&file, section.get("file")) {
        check_file(&entry, path, &pairs)?;
    }
    let exclude = exclude?.into_iter().map(|name| folded(name).into_owned()).collect();
    let hand = pairs.into_iter().map(|(pair, _)| pair).collect();
    Some(LinkSettings { policy: LinkPolicy { hand, keys: keys?, exclude }, file })
}

/// By hand goes first whether it is named or not; it may be named to say so.
fn keys(entry: &Entry<'_>) -> Option<Vec<Key>> {
    let items = entry.items(LINK_KEY.expected)?;
    let mut keys: Vec<Key> = Vec::new();
    let mut whole = Some(());
    for (at, item) in items.iter().enumerate() {
        match item.of_kind(&LINK_KEY) {
            Some(LinkKey::ByHand) if at > 0 => {
                whole = item
                    .wrong("is \"by-hand\" after a key", "it in front of all others, or nowhere: by hand always wins");
            }
            Some(LinkKey::ByHand) => {}
            Some(LinkKey::Key(key)) if keys.contains(&key) => {
                whole = item.wrong(&format!("is \"{}\" a second time", key.label()), "each once, the strongest first");
            }
            Some(LinkKey::Key(key)) => keys.push(key),
            None => whole = None,
        }
    }
    if items.is_empty() {
        return entry.wrong("is empty", "at least \"by-hand\"");
    }
    whole.map(|()| keys)
}

fn pairs(entry: &Entry<'_>) -> Option<Vec<Placed>> {
    let mut pairs: Vec<Placed> = Vec::new();
    let mut whole = Some(());
    for (item, section) in entry.items(PAIRS)?.iter().zip(entry.sections(PAIRS, PAIR_KEYS, |_| None)?) {
        let name = |key, expected| {
            let entry = section.require(key, expected)?;
            let text = entry.text(expected)?.trim();
            if text.is_empty() { entry.wrong("is empty", expected) } else { Some(text.to_owned()) }
        };
        let (teams, eight) = (name("teams", TEAMS), name("eight", EIGHT));
        let (Some(teams), Some(eight)) = (teams, eight) else {
            whole = None;
            continue;
        };
        let pair = HandPair { teams, eight };
        match pairs.iter().find(|(other, _)| pair.contradicts(other)) {
            Some((other, line)) => {
                let what = format!("contradicts line {line}, which pairs {} with {}", other.teams, other.eight);
                whole = item.wrong(&what, EACH_ONCE);
            }
            None => pairs.push((pair, item.line())),
        }
    }
    whole.map(|()| pairs)
}

/// Whether the file can be used now. It is read anew whenever it is saved.
fn check_file(entry: &Entry<'_>, path: &std::path::Path, pairs: &[Placed]) -> Option<()> {
    let of_file = match links::read(path) {
        Ok(of_file) => of_file,
        Err(error) => return entry.wrong(&format!("cannot be used: {error}"), LINK_FILE.expected),
    };
    for pair in &of_file {
        if let Some((other, line)) = pairs.iter().find(|(other, _)| pair.contradicts(other)) {
            let HandPair { teams, eight } = pair;
            let what =
                format!("pairs {teams} with {eight}, but line {line} here pairs {} with {}", other.teams, other.eight);
            return entry.wrong(&what, EACH_ONCE);
        }
    }
    Some(())
}
