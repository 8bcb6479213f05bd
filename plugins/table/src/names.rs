//! Names of people, departments, groups and queues, compared without regard to case.

/// The names of one condition, folded and sorted. Empty: the line does not ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names(Vec<String>);

impl Names {
    pub(crate) fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self(sorted(names.into_iter().map(|name| folded(name).collect())))
    }

    /// Whether the line asks for a name at all.
    pub(crate) const fn asks(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether this name, in any case, is among them.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.binary_search_by(|known| known.chars().cmp(folded(name))).is_ok()
    }

    /// Whether the line does not ask, or one of these names is among them.
    pub(crate) fn fit<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        !self.asks() || names.into_iter().any(|name| self.contains(name))
    }

    /// The names, folded.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The values in order, each once. Few values at a time: a sort for many would be a tenth of the component.
pub(crate) fn sorted<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut sorted = Vec::new();
    for value in values {
        if let Err(place) = sorted.binary_search(&value) {
            sorted.insert(place, value);
        }
    }
    sorted
}

/// Whether both are the same name.
pub(crate) fn same(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_case() {
        let names = Names::new(["Support", "Köln", "billing"]);
        assert!(names.contains("SUPPORT") && names.contains("köln") && names.contains("KÖLN"));
        assert!(!names.contains("sales") && !names.contains("suppor"));
    }

    #[test]
    fn no_names_fit_everyone_and_some_names_fit_nobody_without_one() {
        assert!(Names::default().fit([]));
        assert!(!Names::new(["support"]).fit([]));
        assert!(Names::new(["support"]).fit(["sales", "Support"]));
    }
}
