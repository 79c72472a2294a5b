//! Documents and spreadsheets: text that their XML has in pieces.
//!
//! In flow the XML of a document, a slide or a sheet; out flow, line by line, the paragraphs whose text is spread over
//! several runs, and the rows of tables. What stands in one piece is found in the XML itself. The formats: ECMA-376.

/// Whether the member of that name is a page of text: of a document, or a slide.
pub(super) fn is_text(name: &str) -> bool {
    let Some((folder, file)) = name.rsplit_once('/') else { return false };
    let page = ["document", "header", "footer", "footnotes", "endnotes", "comments"];
    file.ends_with(".xml")
        && (folder.ends_with("word") && page.iter().any(|p| file.starts_with(p))
            || folder.ends_with("ppt/slides")
            || folder.ends_with("ppt/notesSlides"))
}

/// Whether the member of that name is a sheet of a workbook.
pub(super) fn is_sheet(name: &str) -> bool {
    name.ends_with(".xml")
        && name.rsplit_once('/').is_some_and(|(folder, _)| folder.ends_with("xl/worksheets"))
}

/// Whether the member of that name is the content of an OpenDocument text or sheet.
pub(super) fn is_open(name: &str) -> bool {
    name.ends_with("!/content.xml")
}

/// The paragraphs of several pieces of an OpenDocument, and the rows of its tables as `| cell | cell |`.
pub(super) fn opened(xml: &[u8]) -> Vec<u8> {
    let (mut out, mut line) = (Vec::new(), Vec::new());
    let (mut runs, mut shown, mut rows, mut cells) = (0, 0usize, 0usize, 0);
    for piece in pieces(xml) {
        let tag = match piece {
            Piece::Text(text) if shown > 0 => {
                runs += 1;
                add(text, &mut line);
                continue;
            }
            Piece::Text(_) => continue,
            Piece::Tag(tag) => tag,
        };
        match name(tag) {
            _ if tag.ends_with(b"/") => {}
            (false, b"p" | b"h") => shown += 1,
            (true, b"p" | b"h") => {
                shown = shown.saturating_sub(1);
                if rows == 0 {
                    flush(&mut out, &mut line, runs > 1);
                    runs = 0;
                }
            }
            (false, b"table-row") => {
                rows += 1;
                line.extend_from_slice(b"| ");
            }
            (true, b"table-cell") => {
                cells += 1;
                line.extend_from_slice(b" | ");
            }
            (true, b"table-row") => {
                rows = rows.saturating_sub(1);
                flush(&mut out, &mut line, cells > 1);
                (runs, cells) = (0, 0);
            }
            _ => {}
        }
    }
    out
}

/// Ends a line, and keeps it if it is wanted.
fn flush(out: &mut Vec<u8>, line: &mut Vec<u8>, wanted: bool) {
    if wanted {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    line.clear();
}

/// The member that holds the texts of all sheets.
pub(super) const STRINGS: &str = "xl/sharedStrings.xml";

/// A tag without its brackets, or the text up to the next.
enum Piece<'x> {
    Tag(&'x [u8]),
    Text(&'x [u8]),
}

/// The tags and texts of a document.
fn pieces(mut xml: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        let inside = xml.strip_prefix(b"<");
        let rest = inside.unwrap_or(xml);
        if inside.is_none() && rest.is_empty() {
            return None;
        }
        let sign = if inside.is_some() { b'>' } else { b'<' };
        let end = memchr::memchr(sign, rest).unwrap_or(rest.len());
        xml = &rest[rest.len().min(end + usize::from(inside.is_some()))..];
        Some(if inside.is_some() { Piece::Tag(&rest[..end]) } else { Piece::Text(&rest[..end]) })
    })
}

/// The name of a tag, without what says whose it is: `t` of `w:t xml:space="preserve"`, `/p` of `/w:p`.
fn name(tag: &[u8]) -> (bool, &[u8]) {
    let (closes, tag) = tag.strip_prefix(b"/").map_or((false, tag), |rest| (true, rest));
    let end = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(tag.len());
    let from = tag[..end].iter().position(|b| *b == b':').map_or(0, |n| n + 1);
    (closes, &tag[from..end])
}

/// Adds a text of the document, as it reads.
fn add(text: &[u8], line: &mut Vec<u8>) {
    const NAMED: &[(&[u8], u8)] =
        &[(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let found = NAMED.iter().find(|(entity, _)| text[at..].starts_with(entity));
        line.push(found.map_or(byte, |(_, sign)| *sign));
        at += found.map_or(1, |(entity, _)| entity.len());
    }
}

/// The paragraphs of several runs, and the rows of tables as `| cell | cell |`.
pub(super) fn joined(xml: &[u8]) -> Vec<u8> {
    let (mut out, mut line) = (Vec::new(), Vec::new());
    let (mut runs, mut shown, mut rows) = (0, false, 0usize);
    let mut flush = |line: &mut Vec<u8>, runs: &mut usize| {
        if *runs > 1 {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        line.clear();
        *runs = 0;
    };
    for piece in pieces(xml) {
        let tag = match piece {
            Piece::Text(text) if shown => {
                runs += 1;
                add(text, &mut line);
                continue;
            }
            Piece::Text(_) => continue,
            Piece::Tag(tag) => tag,
        };
        match name(tag) {
            (closes, b"t" | b"instrText") => shown = !closes && !tag.ends_with(b"/"),
            (false, b"tab") => line.push(b'\t'),
            (false, b"tr") => {
                rows += 1;
                line.extend_from_slice(b"| ");
            }
            (true, b"tc") => line.extend_from_slice(b" | "),
            (true, b"tr") => {
                rows = rows.saturating_sub(1);
                flush(&mut line, &mut runs);
            }
            (true, b"p") | (false, b"br") if rows > 0 => line.push(b' '),
            (true, b"p") | (false, b"br") => flush(&mut line, &mut runs),
            _ => {}
        }
    }
    flush(&mut line, &mut runs);
    out
}

/// The texts that the sheets of a workbook refer to by their number.
pub(super) fn strings(xml: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut one, mut shown) = (Vec::new(), Vec::new(), false);
    for piece in pieces(xml) {
        match piece {
            Piece::Text(text) if shown => add(text, &mut one),
            Piece::Text(_) => {}
            Piece::Tag(tag) => match name(tag) {
                (closes, b"t") => shown = !closes && !tag.ends_with(b"/"),
                (true, b"si") => all.push(std::mem::take(&mut one)),
                _ => {}
            },
        }
    }
    all
}

/// The rows of a sheet that have several cells, as `| cell | cell |`.
pub(super) fn rows(xml: &[u8], strings: &[Vec<u8>]) -> Vec<u8> {
    let (mut out, mut line, mut cells) = (Vec::new(), Vec::new(), 0);
    let (mut shared, mut shown) = (false, false);
    for piece in pieces(xml) {
        match piece {
            Piece::Text(text) if shown && shared => {
                let number = std::str::from_utf8(text).ok().and_then(|n| n.parse::<usize>().ok());
                line.extend_from_slice(number.and_then(|n| strings.get(n)).map_or(&[][..], |text| text));
            }
            Piece::Text(text) if shown => add(text, &mut line),
            Piece::Text(_) => {}
            Piece::Tag(tag) => match name(tag) {
                (false, b"row") => line.extend_from_slice(b"| "),
                (false, b"c") => {
                    shared = memchr::memmem::find(tag, b"t=\"s\"").is_some();
                    cells += 1;
                }
                (closes, b"v" | b"t") => shown = !closes && !tag.ends_with(b"/"),
                (true, b"c") => line.extend_from_slice(b" | "),
                (true, b"row") => {
                    if cells > 1 {
                        out.extend_from_slice(&line);
                        out.push(b'\n');
                    }
                    line.clear();
                    cells = 0;
                }
                _ => {}
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_paragraph_and_cells_of_a_row_are_joined() {
        let runs = b"<w:p><w:r><w:t>to</w:t></w:r><w:r><w:rPr/><w:t xml:space=\"preserve\">ken &amp; x</w:t></w:r></w:p>";
        assert_eq!(joined(runs), b"token & x\n");
        assert_eq!(joined(b"<w:p><w:r><w:t>in one piece</w:t></w:r></w:p>"), b"");
        let row = b"<w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr>";
        assert_eq!(joined(row), b"| a  | b  | \n");
        let slide = b"<a:p><a:r><a:t>x</a:t></a:r><a:r><a:t>y</a:t></a:r></a:p>";
        assert_eq!(joined(slide), b"xy\n");
    }

    #[test]
    fn the_rows_of_a_sheet_are_put_together() {
        let texts = strings(b"<sst><si><t>name</t></si><si><r><t>in </t></r><r><t>parts</t></r></si></sst>");
        assert_eq!(texts, [b"name".to_vec(), b"in parts".to_vec()]);
        let sheet = b"<row r=\"1\"><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c><v>7</v></c></row><row><c><v>1</v></c></row>";
        assert_eq!(rows(sheet, &texts), b"| name | in parts | 7 | \n");
        assert_eq!(
            rows(b"<row><c t=\"inlineStr\"><is><t>a</t></is></c><c t=\"s\"><v>9</v></c></row>", &texts),
            b"| a |  | \n"
        );
    }

    #[test]
    fn the_paragraphs_and_rows_of_an_open_document_are_joined() {
        let text =
            b"<text:p>to<text:span x=\"y\">ken</text:span> &amp; x</text:p><text:p>in one piece</text:p>";
        assert_eq!(opened(text), b"token & x\n");
        let row = b"<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell/><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row>";
        assert_eq!(opened(row), b"| a | b | \n");
        assert!(is_open("a.ods!/content.xml") && !is_open("content.xml"));
    }

    #[test]
    fn pages_and_sheets_are_told_by_their_names() {
        assert!(is_text("a.docx!/word/document.xml") && is_text("a.pptx!/ppt/slides/slide1.xml"));
        assert!(is_sheet("a.xlsx!/xl/worksheets/sheet1.xml"));
        assert!(!is_text("a.docx!/word/styles.xml") && !is_text("document.xml") && !is_sheet("x/sheet1.xml"));
    }
}
