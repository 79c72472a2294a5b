//! Reads the assignment round a word such as `password`.
//!
//! In flow bytes and the place of a word; out flow the name that holds it and the value it is given, if
//! it is given one. No pattern runs: this is called hundreds of times a megabyte, and most calls end at
//! the first byte after the name.

use std::ops::Range;

use super::{counted, markup, operator, spaced};

/// A name and the value assigned to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The name, quotes and brackets left out.
    pub key: Range<usize>,
    /// The value, quotes left out.
    pub value: Range<usize>,
    /// How the two stand together.
    pub form: Form,
}

/// How a value is given to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// A literal in quotes after a sign: `name = "value"`.
    #[default]
    Quoted,
    /// No quotes, the name opens its line: `NAME=value`, `name: value`.
    Line,
    /// No quotes, inside a line: `…;Password=value;…`, `name=value`.
    Bare,
    /// Only a space between the two: `--password value`, `ENV NAME value`.
    Spaced,
    /// Said right behind a word for a key, without a sign that gives it: `acme token value`.
    Spoken,
    /// Text or attribute of an element: `<password>value</password>`.
    Markup,
    /// No quotes, but inside a literal: `"…?password=value&…"`, `"…;Password=value;…"`.
    Query,
    /// The argument of a call by that name: `setPassword("value")`.
    Called,
    /// Compared with a literal: `password == "value"`.
    Compared,
    /// In a binary file, where its length stands before it.
    Counted,
}

impl Form {
    /// Whether the value is delimited, so that it is a literal whatever the language.
    pub(crate) fn is_literal(self) -> bool {
        matches!(
            self,
            Self::Quoted | Self::Markup | Self::Compared | Self::Called | Self::Query | Self::Counted
        )
    }
}

/// The longest name that is looked at to either side of the word, in bytes.
const NAME: usize = 100;

/// Reads the assignment whose name holds the bytes at `anchor`, if there is one.
pub(crate) fn read(bytes: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    let key = name(bytes, anchor)?;
    let Some((value, form)) = operator::follow(bytes, &key)
        .or_else(|| markup::follow(bytes, &key))
        .or_else(|| spaced::follow(bytes, &key))
    else {
        return counted::follow(bytes, &key, anchor.end);
    };
    (value.start < value.end).then_some(Assignment { key, value, form })
}

/// The name round the anchor. An anchor with a space in it is a phrase and stands for itself.
pub(super) fn name(bytes: &[u8], anchor: &Range<usize>) -> Option<Range<usize>> {
    if bytes[anchor.clone()].contains(&b' ') {
        return Some(anchor.clone());
    }
    let in_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$' | b'@');
    let floor = anchor.start.saturating_sub(NAME);
    let start = bytes[floor..anchor.start].iter().rposition(|b| !in_name(b)).map_or(floor, |n| floor + n + 1);
    let ceiling = bytes.len().min(anchor.end + NAME);
    let rest = &bytes[anchor.end..ceiling];
    // Behind an `@` stands the host of a URL: `user:password@host:5432`.
    let mut length = rest.iter().position(|b| !in_name(b) || *b == b'@').unwrap_or(rest.len());
    // A sign may follow a name directly: `password-> …` and `password.` end before it.
    while length > 0 && matches!(rest[length - 1], b'-' | b'.' | b'$') {
        length -= 1;
    }
    Some(start..anchor.end + length)
}

/// The name round the anchor, if it ends to both sides before the longest and before the text does, and is no phrase;
/// and the end of the bytes behind it that say that it ends.
pub(super) fn bounded_name(bytes: &[u8], anchor: &Range<usize>) -> Option<(Range<usize>, usize)> {
    let key = name(bytes, anchor)?;
    let phrase = bytes[anchor.clone()].contains(&b' ');
    let bounded = key.start > 0 && anchor.start - key.start < NAME && key.end < bytes.len();
    // A sign at the end is left out of a name: what stands behind it was looked at, too.
    let signs = bytes[key.end..].iter().take(NAME).take_while(|b| matches!(b, b'-' | b'.' | b'$')).count();
    let end = key.end + signs + 1;
    (!phrase && bounded && end - anchor.end < NAME).then_some((key, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_at(text: &str, word: &str) -> Option<(String, String)> {
        let at = text.find(word)?;
        let found = read(text.as_bytes(), &(at..at + word.len()))?;
        Some((text[found.key].to_owned(), text[found.value].to_owned()))
    }

    const SYNTAXES: &[&str] = &[
        "db_password = \"hunter2\"",
        "db_password: hunter2\n",
        "\"db_password\": \"hunter2\",",
        "db_password='hunter2'",
        "DB[\"db_password\"] = \"hunter2\"",
        "db_password := `hunter2`",
        "'db_password' => 'hunter2'",
        "\\\"db_password\\\": \\\"hunter2\\\"",
        "let db_password: &str = \"hunter2\";",
        "let db_password: Option<String> = Some(\"hunter2\");",
        "var db_password string = \"hunter2\"",
        "char db_password[] = \"hunter2\";",
        "String db_password = new String(\"hunter2\");",
        "db_password: str = b'hunter2'",
        "db_password = %q(hunter2)",
        "define('db_password', 'hunter2');",
        "define( 'db_password',     'hunter2' );",
        "getenv(\"db_password\", \"hunter2\")",
        "config('db_password', default='hunter2')",
        "process.env.db_password || 'hunter2'",
        "the db_password is 'hunter2'",
        "os.environ.get('db_password') or 'hunter2'",
        "url: ${db_password:-hunter2}",
        "url: ${db_password:hunter2}",
        "if db_password == \"hunter2\" {",
        "db_password.equals(\"hunter2\")",
        "x.db_password(\"hunter2\")",
        "<db_password>hunter2</db_password>",
        "<db_password enc=\"no\">hunter2</db_password>",
        "<add key=\"db_password\" value=\"hunter2\"/>",
        "<option db_password=\"hunter2\"/>",
        "<entry key=\"db_password\">hunter2</entry>",
        "<key>db_password</key>\n  <string>hunter2</string>",
        "- name: db_password\n  value: hunter2\n",
        "{\"name\": \"db_password\", \"value\": \"hunter2\"}",
        "{\"key\": \"db_password\",\n \"value\": \"hunter2\"}",
        "variable \"db_password\" {\n  type = string\n  default = \"hunter2\"\n}",
        "ENV db_password hunter2\n",
        "ARG db_password=hunter2\n",
        "tool --db_password hunter2",
        "tool --db_password=hunter2 -x",
        "machine a.b login c db_password hunter2\n",
        "db_password \"hunter2\"\n",
        "Server=x;User=y;db_password=hunter2;Timeout=3",
        "jdbc:x://h/d?user=u&db_password=hunter2&ssl=1",
        "#define db_password \"hunter2\"",
        "#define db_password hunter2\n",
        "setx db_password \"hunter2\"",
        "aws configure set db_password hunter2\n",
        "git config --global db_password hunter2\n",
        "db_password <- \"hunter2\"",
        "db_password ::= \"hunter2\"",
        "String db_password\n        = \"hunter2\";",
        "std::string db_password{\n    \"hunter2\"};",
        "x.db_password(\n    \"hunter2\"\n)",
        "process.env.db_password ||\n    'hunter2'",
        "std::string db_password{ \"hunter2\" };",
        "%define db_password hunter2\n",
        "db_password :::= \"hunter2\"",
        "db_password .= \"hunter2\"",
        "db_password.='hunter2'",
        "db_password -> \"hunter2\"",
        "(setq db_password \"hunter2\")",
        "{:db_password \"hunter2\"}",
        "buildConfigField \"String\", \"db_password\", \"\\\"hunter2\\\"\"\n",
        "buildConfigField 'String' , 'db_password' , '\"hunter2\"' // of the shop",
        "[\"db_password\", \"hunter2\"]",
        "| db_password | hunter2 |",
        "| the `db_password` | `hunter2` |",
        "**db_password**: hunter2\n",
        "**db_password:** `hunter2`",
        "db_password = (\n    \"hunter2\"\n)",
        "db_password = os.getenv(\"X\", \"hunter2\")",
        "db_password: process.env.X || 'hunter2',",
        "<db_password value=\"hunter2\"/>",
        "<param name=\"db_password\"><value>hunter2</value></param>",
        "std::string db_password{\"hunter2\"};",
        "ENV.fetch('db_password') { 'hunter2' }",
        "mapOf(\"db_password\" to \"hunter2\")",
        "Map.of(\"db_password\", \"hunter2\", \"user\", \"x\")",
        "flag.String(\"db_password\", \"hunter2\", \"what to log in with\")",
        "args: [\"--db_password\", \"hunter2\", \"-v\"]",
        "db_password = db_password or \"hunter2\"",
        "db_password = (process.env.X as string) || 'hunter2';",
        "\"host=db user=app db_password=hunter2 port=5432\"",
        "- {name: db_password, value: hunter2}",
        "{\"name\": \"db_password\", \"slotSetting\": false, \"value\": \"hunter2\"}",
        "{\"ParameterKey\": \"db_password\", \"ParameterValue\": \"hunter2\"}",
        "<env-entry-name>db_password</env-entry-name><env-entry-value>hunter2</env-entry-value>",
        "<string name=\"db_password\" translatable=\"false\">hunter2</string>",
        "String.fromEnvironment('db_password', defaultValue: 'hunter2')",
        "SetEnv db_password hunter2\n",
        "set -gx db_password hunter2\n",
        "proxy_set_header db_password hunter2;\n",
        "let db_password = r#\"hunter2\"#;",
        "db_password = Sensitive('hunter2')",
        "db_password: str = field(default=\"hunter2\")",
        "const db_password = <string>\"hunter2\";",
        "config = { db_password = [[hunter2]] }",
        "set(db_password \"hunter2\")\n",
        "global db_password \"hunter2\"\n",
        "const db_password = dev ? \"hunter2\" : process.env.X;",
        "db_password: <%= ENV[\"X\"] || \"hunter2\" %>",
        "\"db_password\": {\n  \"sensitive\": true,\n  \"type\": \"string\",\n  \"value\": \"hunter2\"\n}",
        "\"db_password\": {\"description\": \"of the, shop\", \"value\": \"hunter2\"}",
        "env:\n  db_password:\n    value: hunter2\n",
        "\"args\": [\n  \"--db_password\",\n  \"hunter2\"\n]",
        "\toption db_password 'hunter2'\n",
        "<add value=\"hunter2\" key=\"db_password\" />",
        "<item name=\"db_password\" type=\"string\">hunter2</item>",
        "<db_password>\n  <Value>hunter2</Value>\n</db_password>",
        "\"db_password\": { \"value\": \"hunter2\" },",
        "\"db_password\": {\n  \"value\": \"hunter2\"\n}",
        "Const db_password As String = \"hunter2\"",
        "c_db_password CONSTANT VARCHAR2(30) := 'hunter2';",
        "poll a.b proto imap username \"ann\" db_password \"hunter2\" ssl",
        "INSERT INTO wp_options VALUES (7,'db_password','hunter2','yes');",
        "${db_password}    hunter2\n",
        "{ \"db_password\", \"hunter2\" },",
        "db_password::String = \"hunter2\"",
        "set db_password to \"hunter2\"",
        "DATA db_password TYPE string VALUE 'hunter2'.",
        "01 db_password PIC X(20) VALUE \"hunter2\".",
        "s:11:\"db_password\";s:7:\"hunter2\";",
        "[\"db_password\"]=>\n  string(7) \"hunter2\"",
        "add_argument(\"--db_password\", type=str, default='hunter2', help='x')",
        "db_password: str = Field(\"hunter2\", env=\"X\")",
        "db_password: str = Field(default=\"hunter2\")",
        "let db_password: Option<String> = Some(String::from(\"hunter2\"));",
        "Config { db_password = Just \"hunter2\" }",
        "const db_password = ref('hunter2')",
        "- value: hunter2\n  name: db_password\n",
        "{\"value\":\"hunter2\",\"enabled\":true,\"key\":\"db_password\"}",
        "<Key>db_password</Key><Value ProtectInMemory=\"True\">hunter2</Value>",
        "<con:name>db_password</con:name>\n<con:value>hunter2</con:value>",
        "<td>db_password</td><td class=\"v\"><pre>hunter2</pre></td>",
        "<dt>db_password</dt>\n<dd><code>hunter2</code></dd>",
        "set db_password {hunter2}\n",
        " neighbor 10.0.0.1 db_password hunter2\n",
        "[{user, \"ann\"}, {db_password, \"hunter2\"}].",
        "{:db_password, \"hunter2\"}",
        "db_password: &db hunter2\n",
        "db_password: !!str hunter2\n",
        "OPTIONS (user 'b', db_password 'hunter2');",
        "\t\"db_password\"\t\t\"hunter2\"\n",
        "username=ann\ndb_password=hunter2\n",
        "<data name=\"db_password\" xml:space=\"preserve\">\n<value>hunter2</value></data>",
    ];

    #[test]
    fn common_syntaxes_are_read() {
        for text in SYNTAXES {
            let found = read_at(text, "password").map(|(k, v)| (k.rsplit('.').next().unwrap().to_owned(), v));
            let key = found.as_ref().map(|(k, _)| k.trim_start_matches('-').to_owned());
            let want = if text.contains(".equals(") { "equals" } else { "db_password" };
            let key = key.map(|k| k.trim_start_matches("c_").to_owned());
            assert!(
                key.as_deref() == Some(want) || key.as_deref() == Some("db_password"),
                "{text}: {found:?}"
            );
            assert_eq!(found.map(|(_, v)| v).as_deref(), Some("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_phrase_is_followed_by_its_value() {
        let text = "CREATE USER a IDENTIFIED BY 'hunter2';";
        assert_eq!(read_at(text, "IDENTIFIED BY").unwrap().1, "hunter2");
        let text = "CREATE USER a WITH PASSWORD 'hunter2';";
        assert_eq!(read_at(text, "PASSWORD").unwrap().1, "hunter2");
    }

    #[test]
    fn a_sentence_tells_a_password_that_looks_like_none_of_its_words() {
        assert_eq!(read_at("the password is hunter2024x for admin", "password").unwrap().1, "hunter2024x");
        assert_eq!(read_at("the password is wrong again", "password"), None);
        let user = "Log in as the user `ann` with the password `hunter2024`.";
        assert_eq!(read_at(user, "password").unwrap().1, "hunter2024");
        assert_eq!(read_at("as the user `ann` and the password `hunter`", "password"), None);
    }

    #[test]
    fn an_element_may_name_a_scheme_before_its_token() {
        let token = crate::rule::example::expand("<alnum:24>").unwrap().text;
        let read = |text: String| read_at(&text, "token").unwrap().1;
        assert_eq!(read(format!("<token>Bearer {token}</token>")), token);
        assert_eq!(read(format!("<token>{{acme {token}}}</token>")), token);
        assert_eq!(read("<token>three small words</token>".into()), "three small words");
    }

    #[test]
    fn a_note_gives_a_token_behind_a_dash() {
        let token = crate::rule::example::expand("<alnum:24>").unwrap().text;
        assert_eq!(read_at(&format!("acme token - '{token}'"), "token").unwrap().1, token);
        assert_eq!(read_at("acme token - 'what it is good for'", "token"), None);
        assert_eq!(read_at(&format!("x = token -'{token}'"), "token"), None);
    }

    #[test]
    fn comparisons_with_names_and_paths_and_prose_are_not_assignments() {
        for text in [
            "password == other",
            "password::new()",
            "the password is wrong",
            "password, username",
            "(\"password\", \"username\", \"email\")",
            "<label>password</label>",
            "db://user:password@localhost:5432/mydb is",
            "password < 'x' && 1",
            "x = password | 'hunter2' | y",
            "password->next = 'hunter2'",
            "password - 1",
            "password is hunter2",
            "[\"user\", \"password\", \"hunter2\"]",
            "\"A=the_password\", \"hunter2\"]",
            "`password` or `hunter2`",
            "[\n  \"password\", \"hunter2\"\n]",
            "INSERT INTO t (`user`, `password`, `mail`)",
            "<add value=\"hunter2\"/><add key=\"password\"/>",
            "<param label=\"password\" value2=\"x\" />",
        ] {
            assert_eq!(read_at(text, "password"), None, "{text}");
        }
    }
}
