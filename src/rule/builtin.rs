//! The built-in rules: tables that the build script wrote from `rules/*.toml`.
//!
//! Nothing is parsed at run time. Five hundred rules as TOML cost 4.9 ms to read, as static data none
//! (measured; see ARCHITECTURE).

use std::borrow::Cow;

use super::rule::{Confidence, Judged, Rule, Severity, Syntax};
use super::shape::Shape;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
