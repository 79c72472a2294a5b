//! `skout.toml` as it is written: keys, types, and where each value stands.
//!
//! In flows TOML, out flow values that nobody has checked yet. An unknown key or a wrong type is an error here.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use toml::Spanned;

use crate::rule::Confidence;
use crate::rule::schema::RuleEntry;

/// The JSON schema of the file, for editors. A test holds it to the keys below.
pub const SCHEMA: &str = include_str!("schema.json");

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// For editors that look for the schema there; not used.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    pub confidence: Option<Confidence>,
    #[serde(default)]
    pub exclude: Vec<Spanned<String>>,
    #[serde(default)]
    pub include: Vec<Spanned<String>>,
    #[serde(default)]
    pub only: Vec<Spanned<String>>,
    #[serde(default)]
    pub disable: Vec<Spanned<String>>,
    pub inline_ignore: Option<bool>,
    pub baseline: Option<Spanned<String>>,
    pub provider: Option<String>,
    #[serde(default, rename = "rule")]
    pub rules: Vec<Spanned<RuleEntry>>,
    #[serde(default)]
    pub allow: Vec<Spanned<AllowEntry>>,
}

/// One `[[allow]]` table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowEntry {
    pub reason: Spanned<String>,
    pub rule: Option<Spanned<Many>>,
    pub path: Option<Spanned<Many>>,
    pub path_regex: Option<Spanned<Many>>,
    pub secret: Option<Spanned<Many>>,
    pub stopword: Option<Spanned<Many>>,
    pub fingerprint: Option<Spanned<Many>>,
    pub commit: Option<Spanned<Many>>,
    pub until: Option<Spanned<toml::Value>>,
}

/// One string or a list of them.
#[derive(Debug)]
pub(super) struct Many(pub Vec<String>);

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;
        impl<'de> Visitor<'de> for Strings {
            type Value = Many;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Many, E> {
                Ok(Many(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many, A::Error> {
                let mut all = Vec::new();
                while let Some(text) = list.next_element()? {
                    all.push(text);
                }
                Ok(Many(all))
            }
        }
        deserializer.deserialize_any(Strings)
    }
}
