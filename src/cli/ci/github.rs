//! GitHub Actions: from the event's payload to a wish.
//!
//! In flow the event's name and its JSON (docs.github.com, "Webhook events and payloads"); out flows what to
//! scan. A payload is input from outside: nothing in it is trusted to be there.

use serde_json::Value;

use super::wish::Wish;

/// Reads an event. `sha` is what the service checked out.
pub(super) fn wish(name: &str, event: &Value, sha: &str) -> Wish {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    match name {
        "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment" => {
            let number = event.pointer("/pull_request/number").and_then(Value::as_u64).unwrap_or(0);
            let from = if is_fork(event) { " from a fork" } else { "" };
            match (text("/pull_request/base/sha"), text("/pull_request/head/sha")) {
                (Some(base), Some(head)) => Wish::change(base, head, format!("pull request {number}{from}")),
                _ => Wish::history("a pull request whose commits the event does not name"),
            }
        }
        "merge_group" => match (text("/merge_group/base_sha"), text("/merge_group/head_sha")) {
            (Some(base), Some(head)) => Wish::change(base, head, "merge queue"),
            _ => Wish::history("a merge queue whose commits the event does not name"),
        },
        "push" => push(event, sha),
        "schedule" => Wish::history("scheduled run"),
        "workflow_dispatch" | "repository_dispatch" => Wish::history("started by hand"),
        other => Wish::history(format!("event {other}")),
    }
}

fn push(event: &Value, sha: &str) -> Wish {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let flag = |pointer: &str| event.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
    let full = text("/ref").unwrap_or_default();
    let branch = full.strip_prefix("refs/heads/");
    let name = branch.or(full.strip_prefix("refs/tags/")).unwrap_or(full);
    if flag("/deleted") {
        return Wish::Nothing { what: format!("{name} was deleted") };
    }
    let default = text("/repository/default_branch").filter(|&d| Some(d) != branch);
    let what = match (branch, flag("/created"), flag("/forced")) {
        (None, ..) => format!("push of the tag {name}"),
        (_, true, _) => format!("push of the new branch {name}"),
        (_, _, true) => format!("force push to {name}"),
        _ => format!("push to {name}"),
    };
    let tip = text("/after").filter(|id| !super::wish::is_zero(id)).unwrap_or(sha);
    Wish::pushed(text("/before"), tip, default, what)
}

/// Whether a pull request comes from another repository, so that the token can only read.
pub(super) fn is_fork(event: &Value) -> bool {
    let id = |side: &str| event.pointer(&format!("/pull_request/{side}/repo/id")).and_then(Value::as_u64);
    event.pointer("/pull_request").is_some() && id("head") != id("base")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn commits(wish: Wish) -> (String, Vec<String>, bool) {
        match wish {
            Wish::Commits { tip, known, strict, .. } => (tip, known, strict),
            other => panic!("{other:?}"),
        }
    }

    fn push_of(name: &str, before: &str, rest: Value) -> Value {
        let mut event = json!({"ref": name, "before": before, "after": B,
            "created": before == ZERO, "deleted": false, "forced": false,
            "repository": {"default_branch": "main"}});
        event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        event
    }

    #[test]
    fn a_pull_request_is_what_its_head_adds_to_its_base() {
        let event = json!({"action": "synchronize", "pull_request": {"number": 7,
            "base": {"sha": A, "ref": "main", "repo": {"id": 1}},
            "head": {"sha": B, "ref": "topic", "repo": {"id": 1}}}});
        let wish = wish("pull_request", &event, "merge");
        assert_eq!(wish.what(), "pull request 7");
        assert_eq!(commits(wish), (B.into(), vec![A.into()], true));
    }

    #[test]
    fn a_fork_or_a_deleted_fork_is_said() {
        for head in [json!({"sha": B, "repo": {"id": 2}}), json!({"sha": B, "repo": null})] {
            let event =
                json!({"pull_request": {"number": 7, "base": {"sha": A, "repo": {"id": 1}}, "head": head}});
            assert_eq!(wish("pull_request", &event, B).what(), "pull request 7 from a fork");
        }
    }

    #[test]
    fn a_push_is_what_came_after_before() {
        let event = push_of("refs/heads/main", A, json!({}));
        assert_eq!(commits(wish("push", &event, B)), (B.into(), vec![A.into()], false));
    }

    #[test]
    fn a_new_branch_is_what_the_default_branch_has_not() {
        let event = push_of("refs/heads/topic", ZERO, json!({}));
        let wish = wish("push", &event, B);
        assert_eq!(wish.what(), "push of the new branch topic");
        assert_eq!(commits(wish), (B.into(), vec!["refs/remotes/origin/main".into()], false));
    }

    #[test]
    fn the_first_push_of_the_default_branch_is_all_of_it() {
        let event = push_of("refs/heads/main", ZERO, json!({}));
        assert_eq!(commits(wish("push", &event, B)), (B.into(), vec![], false));
    }

    #[test]
    fn a_force_push_falls_back_on_the_default_branch() {
        let event = push_of("refs/heads/topic", A, json!({"forced": true}));
        let wish = wish("push", &event, B);
        assert_eq!(wish.what(), "force push to topic");
        assert_eq!(commits(wish).1, [A, "refs/remotes/origin/main"]);
    }

    #[test]
    fn a_tag_is_what_no_default_branch_has_and_a_deleted_branch_is_nothing() {
        let event = push_of("refs/tags/v1", ZERO, json!({}));
        assert_eq!(commits(wish("push", &event, B)).1, ["refs/remotes/origin/main"]);
        let event = push_of("refs/heads/topic", A, json!({"deleted": true, "after": ZERO}));
        assert!(matches!(wish("push", &event, B), Wish::Nothing { .. }));
    }

    #[test]
    fn a_merge_queue_is_what_it_adds_to_its_base() {
        let event = json!({"action": "checks_requested", "merge_group": {"base_sha": A, "head_sha": B}});
        assert_eq!(commits(wish("merge_group", &event, B)), (B.into(), vec![A.into()], true));
    }

    #[test]
    fn every_other_event_is_the_whole_history_and_a_broken_payload_too() {
        for name in ["schedule", "workflow_dispatch", "release", "pull_request", "merge_group"] {
            assert!(matches!(wish(name, &json!({}), B), Wish::History { .. }), "{name}");
        }
        assert_eq!(commits(wish("push", &Value::Null, B)), (B.into(), vec![], false));
    }
}
