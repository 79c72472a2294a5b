//! What looking inside a value tells.

/// What looking inside a value tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect::judge) enum Shape {
    /// Chance does not make this: it is what it looks like. Says what was seen.
    Proven(&'static str),
    /// Neither for nor against.
    Plain,
    /// Every genuine one has something that is missing here: less sure, but still reported. Says what.
    Odd(&'static str),
    /// It is of its kind, whatever its style, but not whole: less sure. Says what is missing.
    Damaged(&'static str),
    /// It is something else, which another rule may report. Says what.
    Foreign(&'static str),
    /// It is meant for the public or known to everybody: no rule may report it. Says what.
    Public(&'static str),
}
