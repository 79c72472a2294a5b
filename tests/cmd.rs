//! The command line as its users see it: one case a file under `tests/cmd/`.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
