//! Looks a rule's `structure` up and lets it speak.
//!
//! In flows a candidate; out flows a raised or lowered confidence. What has the structure of its kind is
//! proven: later judges, which doubt the style, keep silent.

use super::super::Verdict;
use super::{Shape, anthropic, cloud, jwt, openai, pem, phrase, relay, token, vendor};
use crate::detect::Candidate;

/// A look inside the bytes of a secret.
type Look = fn(&[u8]) -> Shape;

/// The names that rules use. `STRUCTURES` in `rule/schema.rs` lists the same.
const LOOKS: &[(&str, Look)] = &[
    ("anthropic", anthropic::look),
    ("aws-id", cloud::aws_id),
    ("azure-key", cloud::azure_key),
    ("basic-auth", token::basic_auth),
    ("bedrock", cloud::bedrock),
    ("discord", cloud::discord),
    ("helicone", relay::helicone),
    ("hex-run", vendor::hex_run),
    ("intercom", vendor::intercom),
    ("json-inside", vendor::json_inside),
    ("jwt", jwt::look),
    ("mnemonic", phrase::mnemonic),
    ("one-api", relay::one_api),
    ("openai", openai::look),
    ("openai-compatible", relay::compatible),
    ("padded", vendor::padded),
    ("pem", pem::plain),
    ("pem-encrypted", pem::encrypted),
    ("putty", pem::putty),
    ("supabase-service", jwt::supabase_service),
    ("urlsafe16", token::urlsafe16),
    ("uuid4", token::uuid4),
    ("workos", cloud::workos),
];

/// Raises what has the structure, lowers what has not, rejects what is something else.
pub(in crate::detect::judge) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let Some((_, look)) = LOOKS.iter().find(|(name, _)| *name == c.rule.structure) else {
        return Verdict::Pass;
    };
    match look(c.secret()) {
        Shape::Proven(seen) => {
            c.proven = true;
            c.raise("structure", seen);
        }
        Shape::Plain => {}
        Shape::Damaged(missing) => {
            c.proven = true;
            c.lower("structure", missing);
        }
        Shape::Odd(missing) => c.lower("structure", missing),
        Shape::Foreign(what) => return Verdict::Reject(what.to_owned()),
        Shape::Public(what) => return Verdict::Public(what.to_owned()),
    }
    Verdict::Pass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::schema::STRUCTURES;

    #[test]
    fn every_name_a_rule_may_use_has_its_judge() {
        assert!(LOOKS.iter().map(|(name, _)| name).eq(STRUCTURES));
    }
}
