//! Is the value the id of a commit? Change logs and lists of versions are full of them, next to names of services.
//!
//! In flows a candidate; out flows whether a link beside it leads to a commit of that id.

use super::Verdict;
use crate::detect::Candidate;

/// How far to either side of a value the link may begin, in bytes.
const BESIDE: usize = 300;

/// Rejects what a link calls a commit.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let text = c.secret();
    if text.len() != 40 || !text.iter().all(u8::is_ascii_hexdigit) {
        return Verdict::Pass;
    }
    let around = c.span.start.saturating_sub(BESIDE)..c.view.bytes.len().min(c.span.end + BESIDE);
    if linked(&c.view.bytes[around], text) {
        return Verdict::Reject("is the id of a commit, to which a link beside it leads".into());
    }
    Verdict::Pass
}

/// Whether `around` holds a link to the commit `id`.
fn linked(around: &[u8], id: &[u8]) -> bool {
    const BEFORE: &[&[u8]] = &[b"/commit/", b"/commits/", b"/tree/", b"/blob/", b"/raw/"];
    memchr::memmem::find_iter(around, id).any(|at| BEFORE.iter().any(|b| around[..at].ends_with(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_tells_the_id_of_a_commit() {
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        let id = text("<hex:40>");
        let line = text("- keys ([`<hex:40>`](https://git.acme.io/a/b/commit/<=:1>))");
        assert!(linked(&line, &id) || linked(&line, &line[10..50]));
        assert!(!linked(&text("github: <hex:40> https://git.acme.io/a/b/commit/"), &id));
    }
}
