//! What belongs together is reported together: an id with its secret, the values of a Kubernetes Secret.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::process::Command;

use skout::rule::example::expand;

/// What skout says about a file with this content, in this format.
fn said(name: &str, template: &str, format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), expand(template).unwrap().text).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_skout"))
        .current_dir(folder.path())
        .args(["scan", ".", "--format", format])
        .output()
        .unwrap();
    String::from_utf8_lossy(&run.stdout).into_owned()
}

/// An account's id and its token; the id is no secret.
const TWILIO: &str = "sid: AC<hex:30>01\ntwilio_auth_token: <hex:32>\n";

#[test]
fn an_id_is_shown_with_its_secret() {
    let id = expand(TWILIO).unwrap().text[5..39].to_owned();
    let human = said("app.yml", TWILIO, "human");
    assert!(human.contains(&format!("With:    account {id}")), "{human}");
    let json: serde_json::Value = serde_json::from_str(&said("app.yml", TWILIO, "json")).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "twilio-auth-token");
    assert_eq!(finding["linked"][0]["kind"], "account");
    assert_eq!(finding["linked"][0]["text"], id.as_str());
}

#[test]
fn what_is_linked_and_a_secret_is_masked() {
    let template = "aws_access_key_id = AKIA<B32:16>\naws_secret_access_key = <b64:40>\n";
    let id = expand(template).unwrap().text[20..40].to_owned();
    let json = said("credentials", template, "json");
    assert!(json.contains("\"linked\": [") && json.contains("\"kind\": \"id\""), "{json}");
    assert!(!json.contains(&id), "{json}");
}

#[test]
fn values_of_a_kubernetes_secret_are_judged_by_what_they_say() {
    let template = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  username: <b64of:admin>\n  \
                    password: <b64of:<pass:14>>\n  token: <b64of:changeme>\ntype: Opaque\n";
    let json: serde_json::Value = serde_json::from_str(&said("s.yaml", template, "json")).unwrap();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{json}");
    let place = &findings[0]["locations"][0];
    assert_eq!((place["line"].as_u64(), place["column"].as_u64()), (Some(7), Some(13)), "{json}");
    assert_eq!(place["decoded"][0], "base64");
}
