//! Which container some bytes are, told by what they begin with.
//!
//! In flow the first bytes of a file, out flows a kind or nothing. It reads nothing itself.

/// A container format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// zip, and all that is one: jar, apk, ipa, aab, whl, nupkg, docx, xlsx, pptx.
    Zip,
    /// tar, and what has one inside: crate.
    Tar,
    /// gzip.
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard.
    Zstd,
    /// 7z.
    SevenZip,
    /// The archive of `ar`: deb, static libraries.
    Ar,
    /// cpio, "new ASCII" format.
    Cpio,
    /// RPM package.
    Rpm,
    /// SQLite database.
    Sqlite,
    /// What was written to an SQLite database and is not in its place yet.
    SqliteLog,
    /// LZMA, as `xz --format=lzma` writes it.
    Lzma,
    /// Binary property list.
    Plist,
    /// PDF document.
    Pdf,
    /// git bundle.
    Bundle,
    /// Mail with parts, or a mailbox of such.
    Mail,
}

/// How far the header of a mail is looked at, in bytes.
const HEADER: usize = 16 * 1024;

/// Where the magic of tar stands (POSIX.1-2001, ustar).
const TAR: usize = 257;

impl Kind {
    /// The kind of a file that begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        // Nearly every file fails the first comparison: none of the formats begins with another byte.
        let first = *head.first()?;
        let begins = |magic: &[u8]| head.starts_with(magic);
        let kind = match first {
            b'P' if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => Self::Zip,
            0x1f if begins(b"\x1f\x8b\x08") => Self::Gzip,
            b'B' if begins(b"BZh") && head.get(4..10) == Some(b"1AY&SY") => Self::Bzip2,
            0xfd if begins(b"\xfd7zXZ\0") => Self::Xz,
            0x28 if begins(b"\x28\xb5\x2f\xfd") => Self::Zstd,
            b'7' if begins(b"7z\xbc\xaf\x27\x1c") => Self::SevenZip,
            b'!' if begins(b"!<arch>\n") => Self::Ar,
            b'0' if begins(b"070701") || begins(b"070702") => Self::Cpio,
            0xed if begins(b"\xed\xab\xee\xdb") => Self::Rpm,
            b'S' if begins(b"SQLite format 3\0") => Self::Sqlite,
            0x37 if begins(b"\x37\x7f\x06\x82") || begins(b"\x37\x7f\x06\x83") => Self::SqliteLog,
            0x5d if is_lzma(head) => Self::Lzma,
            b'b' if begins(b"bplist00") => Self::Plist,
            b'%' if begins(b"%PDF-") => Self::Pdf,
            b'#' if begins(b"# v2 git bundle\n") || begins(b"# v3 git bundle\n") => Self::Bundle,
            b'A'..=b'Z' if is_mail(head) => Self::Mail,
            _ if head.get(TAR..TAR + 5) == Some(b"ustar") => Self::Tar,
            _ => return None,
        };
        Some(kind)
    }
}

/// Whether the header is one that the tools write: the usual properties, a window that is a power of two, and a length
/// that is unknown or below 2⁴⁰ (`doc/lzma-file-format.txt` of XZ Utils). The first byte of the packed data is zero.
fn is_lzma(head: &[u8]) -> bool {
    let Some([_, window @ .., 0]) = head.get(..14) else { return false };
    let (window, length) = window.split_at(4);
    let size = u32::from_le_bytes([window[0], window[1], window[2], window[3]]);
    let known = length.ends_with(&[0, 0, 0]) || length.iter().all(|b| *b == 0xff);
    size.is_power_of_two() && size >= 4096 && known
}

/// Whether a text opens like a mail, and says that it has several parts.
fn is_mail(head: &[u8]) -> bool {
    const FIELDS: &[&[u8]] = &[
        b"From",
        b"Return-Path",
        b"Received",
        b"Delivered-To",
        b"DKIM-Signature",
        b"Date",
        b"MIME-Version",
        b"Message-I",
        b"Subject",
        b"To",
        b"X-",
        b"Content-",
        b"Reply-To",
        b"Authentication-Results",
    ];
    let opens = FIELDS.iter().any(|field| head.starts_with(field));
    let header = &head[..head.len().min(HEADER)];
    opens
        && memchr::memmem::find(header, b"ultipart/")
            .is_some_and(|at| memchr::memmem::rfind(&header[..at], b"ontent-").is_some())
}
