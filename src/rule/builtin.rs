//! The built-in rules, as the build script packed them from `rules/*.toml`.
//!
//! A rule is unpacked when it is first asked for, and a run asks for a few. As a table with an address for each of its texts
//! they cost a program that may be loaded anywhere a third of its start: every address is written anew then (measured;
//! see ARCHITECTURE).

use std::sync::OnceLock;

use super::rule::Rule;
use super::shape::Shape;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Each rule, once somebody asked for it.
static RULES: [OnceLock<Box<Rule>>; COUNT] = [const { OnceLock::new() }; COUNT];

/// The n-th rule.
pub(crate) fn rule(n: usize) -> Option<&'static Rule> {
    let unpack = || Box::new(postcard::from_bytes(packed(n)).expect("the build script packed it"));
    RULES.get(n).map(|cell| &**cell.get_or_init(unpack))
}

/// The id of the n-th rule, which stands first in it: the rest is left as it is.
pub(crate) fn id(n: usize) -> &'static str {
    postcard::take_from_bytes(packed(n)).expect("the build script packed it").0
}

/// The n-th rule, packed.
fn packed(n: usize) -> &'static [u8] {
    &PACKED[STARTS[n] as usize..STARTS[n + 1] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_unpacked_as_it_was_packed() {
        let rules: Vec<&Rule> = (0..COUNT).filter_map(rule).collect();
        assert!(rules.len() == COUNT && rule(COUNT).is_none());
        for (n, rule) in rules.iter().enumerate() {
            assert_eq!(postcard::to_allocvec(rule).unwrap(), packed(n), "{}", rule.id);
            assert_eq!(rule.id, id(n));
        }
        let called = || rules.iter().zip(0..).filter(|(rule, _)| rule.is_called());
        assert!(
            called().filter(|(rule, _)| !rule.paths.is_empty()).map(|(_, n)| n).eq(FILES.iter().copied())
        );
        assert!(
            called()
                .filter(|(rule, _)| !rule.is_file())
                .map(|(rule, n)| (n, rule.value_shape()))
                .eq(CALLED.iter().copied())
        );
    }
}
