//! Keys of Amazon, Azure and others that carry something readable inside.

use super::{Shape, token};
use crate::secret::shannon;

/// An id of an AWS access key: the last 16 characters are base32, and the documentation's own end in
/// `EXAMPLE`.
pub(super) fn aws_id(secret: &[u8]) -> Shape {
    let body = secret.get(4..).unwrap_or_default();
    let distinct = body.iter().collect::<std::collections::BTreeSet<_>>().len();
    if memchr::memmem::find(secret, b"EXAMPLE").is_some() {
        Shape::Public("is the example of the documentation")
    } else if distinct < 6 {
        Shape::Foreign("is less random than an id")
    } else if body.iter().any(u8::is_ascii_digit) || distinct > 8 {
        Shape::Plain
    } else {
        Shape::Odd("is less random than most ids")
    }
}

/// A long-lived API key of Amazon Bedrock decodes to `BedrockAPIKey-`.
pub(super) fn bedrock(secret: &[u8]) -> Shape {
    decodes(secret, 4, b"BedrockAPIKey-")
}

/// A key of WorkOS decodes to `key_`, the id of the key.
pub(super) fn workos(secret: &[u8]) -> Shape {
    decodes(secret, 8, b"key_")
}

/// The account key of an Azure storage or Cosmos DB account is 64 bytes, those of the messaging services 32.
pub(super) fn azure_key(secret: &[u8]) -> Shape {
    match token::base64(secret).map(|bytes| bytes.len()) {
        // The emulator's key is public (Microsoft, "Use the Azurite emulator").
        Some(_) if secret.starts_with(b"Eby8vdM02xNOcqFl") => {
            Shape::Public("is the public key of the storage emulator")
        }
        Some(_) if secret.starts_with(b"C2y6yDjf5/R+ob0N") => {
            Shape::Public("is the public key of the Cosmos DB emulator")
        }
        _ if shannon(secret) < 4.0 => Shape::Foreign("is less random than a key"),
        Some(32 | 64) => Shape::Proven("decodes to a key of the right length"),
        _ => Shape::Odd("does not decode to a key of 32 or 64 bytes"),
    }
}

/// The first part of a token of a Discord bot is the bot's id, in decimal digits, in base64.
pub(super) fn discord(secret: &[u8]) -> Shape {
    let id = secret.split(|b| *b == b'.').next().and_then(token::base64).unwrap_or_default();
    if (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit) {
        Shape::Proven("begins with the id of a bot")
    } else {
        Shape::Foreign("does not begin with the id of a bot")
    }
}

fn decodes(secret: &[u8], prefix: usize, start: &[u8]) -> Shape {
    let body = secret.get(prefix..).unwrap_or_default();
    let length = start.len().div_ceil(3) * 4;
    let begins = |bytes: Vec<u8>| bytes.starts_with(start) && bytes.is_ascii();
    if body.get(..length + 16).and_then(token::base64).is_some_and(begins) {
        Shape::Proven("decodes to what these keys hold")
    } else {
        Shape::Odd("does not decode to what these keys hold")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    fn key(template: &str) -> Vec<u8> {
        expand(template).unwrap().text.into_bytes()
    }

    #[test]
    fn what_decodes_is_proven() {
        assert!(matches!(
            bedrock(&key("ABSK<b64of:BedrockAPIKey-x1-at-<dig:12>:<b64:60>>")),
            Shape::Proven(_)
        ));
        assert!(matches!(workos(&key("sk_test_<b64of:key_01<B32:24>,<alnum:25>>")), Shape::Proven(_)));
        assert!(matches!(azure_key(&key("<b64of:<bytes:64>>")), Shape::Proven(_)));
        assert!(matches!(azure_key(&key("<b64:50>")), Shape::Odd(_)));
        assert!(matches!(discord(&key("<b64urlof:<dig:18>>.<b64url:6>.<b64url:27>")), Shape::Proven(_)));
        assert!(matches!(discord(&key("<b64url:24>.<b64url:6>.<b64url:27>")), Shape::Foreign(_)));
    }

    #[test]
    fn an_example_id_is_public() {
        assert!(matches!(aws_id(format!("AKIA{}", "IOSFODNN7EXAMPLE").as_bytes()), Shape::Public(_)));
        assert_eq!(aws_id(&key("AKIA<B32:15>7")), Shape::Plain);
    }
}
