//! The command itself: the options and the project's configuration become a detector, the input flows through it.
//!
//! In flow bytes, out flow the same bytes with secrets masked, in the encoding they came in. It ignores
//! nothing: what a scan sets aside is masked here all the same.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::stream::redact;
use super::wide::{Narrowed, Widened};
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::say::gone;
use crate::cli::session;
use crate::detect::{Detector, Settings};
use crate::rule::{Confidence, RuleSet, Selection};
use crate::source::{Encoding, Wide, sniff};

/// `skout redact`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RedactArgs {
    /// Configuration file; else skout.toml, .skout.toml or .config/skout.toml at the repository root.
    #[arg(short, long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Mask from this level on: low, medium or high [default: medium].
    #[arg(long, value_name = "LEVEL")]
    confidence: Option<String>,
    /// Use only this rule; may be given more than once, and end in `*` for a family.
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// Do not use this rule; may be given more than once, and end in `*` for a family.
    #[arg(long = "disable-rule", value_name = "ID")]
    disabled: Vec<String>,
}

/// How many bytes tell UTF-16 without a mark.
const TELLING: usize = 8;

/// Runs it.
pub(in crate::cli) fn run(args: &RedactArgs) -> anyhow::Result<Exit> {
    let (mut config, _) = Project::at(Path::new(".")).config(args.config.as_deref())?;
    let confidence = match args.confidence.as_deref() {
        None => config.confidence.unwrap_or(Confidence::Medium),
        Some(level) => session::confidence(level)?,
    };
    let only = if args.rules.is_empty() { config.only } else { args.rules.clone() };
    let disabled = [&args.disabled[..], &config.disable].concat();
    let rules = RuleSet::new(std::mem::take(&mut config.rules), &Selection { only, disabled })?;
    let detector = Detector::new(&rules, Settings { confidence, ..Settings::default() })?;
    match through(&detector, &mut io::stdin().lock(), &mut io::stdout().lock()) {
        Err(error) if gone(&error) => Ok(Exit::Clean),
        other => other.context("redact").map(|()| Exit::Clean),
    }
}

/// Masks in UTF-8 and what is near it; UTF-16 is made UTF-8 on the way in, and UTF-16 again on the way out.
fn through(detector: &Detector<'_>, input: &mut dyn Read, output: &mut dyn Write) -> io::Result<()> {
    let start = start(input)?;
    let mut input = start.as_slice().chain(input);
    match sniff(&start) {
        Encoding::Bytes(..) => redact(detector, &mut input, output),
        Encoding::Wide(Wide::Utf32Le | Wide::Utf32Be, _) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "this is UTF-32, which cannot be masked as it is; make it UTF-8 first, for instance with `iconv -f UTF-32 -t UTF-8`",
        )),
        Encoding::Wide(wide, _) => {
            let little = wide == Wide::Utf16Le;
            let mut output = Widened::new(output, little);
            redact(detector, &mut Narrowed::new(input, little), &mut output)?;
            output.finish()
        }
    }
}

/// The first bytes: enough to tell their encoding, or a whole line of what is no UTF-16.
fn start(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let plain = |s: &[u8]| {
        s.contains(&b'\n') && !s.contains(&0) && !s.starts_with(b"\xfe") && !s.starts_with(b"\xff")
    };
    while start.len() < TELLING && !plain(&start) {
        let mut buffer = [0; 4096];
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => start.extend_from_slice(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;
    use crate::secret::Secret;

    fn out(input: &[u8]) -> Vec<u8> {
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules, Settings::default()).unwrap();
        let mut out = Vec::new();
        through(&detector, &mut &input[..], &mut out).unwrap();
        out
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let bytes = |u: u16| if little { u.to_le_bytes() } else { u.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_stays_utf16_with_and_without_a_mark() {
        let secret = expand("sk-proj-<alnum:74>T3BlbkFJ<alnum:74>").unwrap().text;
        let masked = Secret::new(secret.as_bytes()).masked();
        for (little, mark) in [(true, "\u{feff}"), (false, "\u{feff}"), (true, ""), (false, "")] {
            let text = format!("{mark}OPENAI_API_KEY={secret}\r\nschön 🔑\r\n");
            let wanted = utf16(&text.replace(&secret, &masked), little);
            assert_eq!(out(&utf16(&text, little)), wanted, "{little} {mark:?}");
        }
    }

    #[test]
    fn half_a_character_and_half_a_unit_come_out_as_they_went_in() {
        let mut bytes = utf16("\u{feff}one two three\n", true);
        bytes.extend([0x00, 0xd8, 0x41, 0x00, 0x00, 0xdc, 0x0a, 0x00, 0x7f]);
        assert_eq!(out(&bytes), bytes);
        assert_eq!(out(b"\xff\xfe"), b"\xff\xfe");
        assert_eq!(out(b""), b"");
    }
}
