//! Structure: does a value have the inner build that every value of its kind has? One family a file.

mod anthropic;
mod cloud;
mod der;
mod judge;
mod jwt;
mod openai;
mod pem;
mod phrase;
mod relay;
mod shape;
mod token;
mod vendor;

pub(super) use der::{Part, bare_key};
pub(super) use judge::judge;
pub(super) use jwt::{is_sealed_token, is_short_lived, is_web_token, says_only_when};
pub(super) use shape::Shape;
pub(super) use token::{base64, hex};
