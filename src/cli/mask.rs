//! The last door for words that no report carries: errors, notices, listings. In flows a text that may quote what
//! somebody typed or what a file holds, out flows the same text with the secrets in it masked. It goes by the built-in
//! rules, because the configuration may be what is wrong.

use super::redact::redact;
use crate::blob::Blob;
use crate::detect::{Detector, Settings};
use crate::rule::RuleSet;

/// Secrets shorter than this are part of too many words to be replaced wherever they stand.
const SHORTEST: usize = 8;

/// The text with every secret in it masked.
pub(super) fn masked(text: &str) -> String {
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules, Settings::default()).expect("tests prove the built-in rules");
    let mut shown = Vec::new();
    redact(&detector, &mut text.as_bytes(), &mut shown).expect("memory takes any text");
    let mut shown = String::from_utf8_lossy(&shown).into_owned();
    // What is a secret in one place is one in the next, even if nothing there tells.
    for finding in detector.scan(&Blob::whole("message", text.as_bytes())) {
        match std::str::from_utf8(finding.secret.reveal()) {
            Ok(secret) if secret.len() >= SHORTEST => {
                shown = shown.replace(secret, &finding.secret.masked());
            }
            _ => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn a_key_in_a_message_is_masked_and_the_rest_stays() {
        let key = expand("sk-proj-<alnum:74>T3BlbkFJ<alnum:74>").unwrap().text;
        let said =
            masked(&format!("skout: {key}: there is no such baseline; `skout baseline create -b {key}`"));
        assert!(!said.contains(&key[20..40]), "{said}");
        assert!(said.starts_with("skout: sk-proj-") && said.ends_with('`'), "{said}");
        let plain = "skout: a.js: there is no such file\n  It is no secret?  skout ignore add \
                     8b0a7579672c7c900bfd3d3553c0b862 --reason \"why\"\n";
        assert_eq!(masked(plain), plain);
    }
}
