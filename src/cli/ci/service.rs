//! The services that run builds: how each is recognised, and how its variables say what a run is about.
//!
//! In flows the environment; out flows a wish, and what to set when a clone is not deep enough. It
//! reads no repository.

use super::wish::{Wish, is_zero};

/// Looks a variable up; an empty one is none.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A service that runs builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// GitHub Actions, and those that follow it (Gitea, Forgejo).
    GitHub,
    /// GitLab CI/CD.
    GitLab,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// Azure Pipelines.
    Azure,
    /// CircleCI.
    CircleCi,
    /// Buildkite.
    Buildkite,
    /// Jenkins.
    Jenkins,
    /// None that is known.
    Plain,
}

impl Service {
    /// The one that runs this, by the variable that its documentation names for that purpose.
    pub(super) fn detect(get: Lookup<'_>) -> Self {
        let known = [
            ("GITHUB_ACTIONS", Self::GitHub),
            ("GITLAB_CI", Self::GitLab),
            ("BITBUCKET_BUILD_NUMBER", Self::Bitbucket),
            ("TF_BUILD", Self::Azure),
            ("CIRCLECI", Self::CircleCi),
            ("BUILDKITE", Self::Buildkite),
            ("JENKINS_URL", Self::Jenkins),
            // The address is there only if an administrator wrote it down.
            ("JENKINS_HOME", Self::Jenkins),
        ];
        known.into_iter().find(|(name, _)| get(name).is_some()).map_or(Self::Plain, |(_, service)| service)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab CI/CD",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Azure => "Azure Pipelines",
            Self::CircleCi => "CircleCI",
            Self::Buildkite => "Buildkite",
            Self::Jenkins => "Jenkins",
            Self::Plain => "no known CI service",
        }
    }

    /// What to set so that the clone holds the whole history.
    pub(super) fn depth_advice(self) -> &'static str {
        match self {
            Self::GitHub => "give actions/checkout 'fetch-depth: 0', or let skout fetch: skout ci --fetch",
            Self::GitLab => "set the variable 'GIT_DEPTH: 0' for the job, or: skout ci --fetch",
            Self::Bitbucket => "set 'clone: depth: full' for the step, or: skout ci --fetch",
            Self::Azure => "set 'fetchDepth: 0' in the checkout step, or: skout ci --fetch",
            Self::CircleCi => "use the checkout step with 'method: full', or: skout ci --fetch",
            Self::Buildkite => "leave '--depth' out of BUILDKITE_GIT_CLONE_FLAGS, or: skout ci --fetch",
            Self::Jenkins => "switch 'shallow clone' off and 'honor refspec' off, or: skout ci --fetch",
            Self::Plain => "run: git fetch --unshallow, or: skout ci --fetch",
        }
    }

    /// What the run is about, by the service's variables; GitHub says it in a file instead.
    pub(super) fn wish(self, get: Lookup<'_>) -> Wish {
        match self {
            Self::GitHub | Self::Plain => Wish::history("run outside of a known event"),
            Self::GitLab => gitlab(get),
            Self::Bitbucket => bitbucket(get),
            Self::Azure => azure(get),
            Self::CircleCi => circleci(get),
            Self::Buildkite => buildkite(get),
            Self::Jenkins => jenkins(get),
        }
    }
}

fn remote(branch: &str) -> String {
    format!("refs/remotes/origin/{}", branch.strip_prefix("refs/heads/").unwrap_or(branch))
}

/// Where a service does not say what was there before: what the default branch has not; the whole
/// branch if it is that one.
fn branch_or_tag(get: Lookup<'_>, tip: &str, branch: &str, tag: &str, default: Option<&str>) -> Wish {
    if let Some(name) = get(tag) {
        return Wish::pushed(None, tip, default.or(Some("HEAD")), format!("push of the tag {name}"));
    }
    let name = get(branch).unwrap_or_default();
    let name = name.strip_prefix("refs/heads/").unwrap_or(&name);
    match default.filter(|&d| d != name) {
        // `HEAD` of the remote is what a clone knows of its default branch.
        None if default.is_none() => Wish::pushed(None, tip, Some("HEAD"), format!("push to {name}")),
        other => Wish::pushed(None, tip, other, format!("push to {name}")),
    }
}

/// docs.gitlab.com, "Predefined CI/CD variables reference".
fn gitlab(get: Lookup<'_>) -> Wish {
    let tip = get("CI_COMMIT_SHA").unwrap_or_else(|| "HEAD".into());
    let default = get("CI_DEFAULT_BRANCH");
    let source = get("CI_PIPELINE_SOURCE").unwrap_or_default();
    match source.as_str() {
        "merge_request_event" => {
            let number = get("CI_MERGE_REQUEST_IID").unwrap_or_default();
            let base = get("CI_MERGE_REQUEST_DIFF_BASE_SHA")
                .or_else(|| get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").map(|name| remote(&name)));
            let tip = get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(tip);
            base.map_or_else(
                || Wish::history(format!("merge request {number}")),
                |base| Wish::change(&base, &tip, format!("merge request {number}")),
            )
        }
        "external_pull_request_event" => {
            let base = get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA").unwrap_or_default();
            let head = get("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(tip);
            Wish::change(&base, &head, "pull request")
        }
        "push" => match get("CI_COMMIT_BEFORE_SHA").filter(|id| !is_zero(id)) {
            Some(before) if get("CI_COMMIT_TAG").is_none() => {
                let name = get("CI_COMMIT_BRANCH").unwrap_or_default();
                let other = default.filter(|d| *d != name);
                Wish::pushed(Some(&before), &tip, other.as_deref(), format!("push to {name}"))
            }
            _ => branch_or_tag(get, &tip, "CI_COMMIT_BRANCH", "CI_COMMIT_TAG", default.as_deref()),
        },
        "schedule" => Wish::history("scheduled run"),
        "web" => Wish::history("started by hand"),
        other => Wish::history(format!("pipeline of the kind {other}")),
    }
}

/// support.atlassian.com, "Variables and secrets" of Bitbucket Pipelines.
fn bitbucket(get: Lookup<'_>) -> Wish {
    let tip = get("BITBUCKET_COMMIT").unwrap_or_else(|| "HEAD".into());
    if let Some(number) = get("BITBUCKET_PR_ID") {
        let branch = get("BITBUCKET_PR_DESTINATION_BRANCH").map(|name| remote(&name));
        if let Some(base) = get("BITBUCKET_PR_DESTINATION_COMMIT").or(branch) {
            return Wish::change(&base, &tip, format!("pull request {number}"));
        }
    }
    if get("BITBUCKET_BRANCH").is_none() && get("BITBUCKET_TAG").is_none() {
        return Wish::history("started by hand");
    }
    branch_or_tag(get, &tip, "BITBUCKET_BRANCH", "BITBUCKET_TAG", None)
}

/// learn.microsoft.com, "Use predefined variables" of Azure Pipelines.
fn azure(get: Lookup<'_>) -> Wish {
    let tip = get("BUILD_SOURCEVERSION").unwrap_or_else(|| "HEAD".into());
    match get("BUILD_REASON").as_deref() {
        Some("PullRequest") => {
            let number = get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")
                .or_else(|| get("SYSTEM_PULLREQUEST_PULLREQUESTID"));
            let tip = get("SYSTEM_PULLREQUEST_SOURCECOMMITID").unwrap_or(tip);
            let base = remote(&get("SYSTEM_PULLREQUEST_TARGETBRANCH").unwrap_or_default());
            Wish::change(&base, &tip, format!("pull request {}", number.unwrap_or_default()))
        }
        Some("Schedule") => Wish::history("scheduled run"),
        Some("Manual") => Wish::history("started by hand"),
        _ => {
            let source = get("BUILD_SOURCEBRANCH").unwrap_or_default();
            if let Some(tag) = source.strip_prefix("refs/tags/") {
                return Wish::pushed(None, &tip, Some("HEAD"), format!("push of the tag {tag}"));
            }
            branch_or_tag(get, &tip, "BUILD_SOURCEBRANCH", "-", None)
        }
    }
}

/// circleci.com/docs, "Project values and variables".
fn circleci(get: Lookup<'_>) -> Wish {
    let tip = get("CIRCLE_SHA1").unwrap_or_else(|| "HEAD".into());
    branch_or_tag(get, &tip, "CIRCLE_BRANCH", "CIRCLE_TAG", None)
}

/// buildkite.com/docs, "Environment variables".
fn buildkite(get: Lookup<'_>) -> Wish {
    let tip = get("BUILDKITE_COMMIT").unwrap_or_else(|| "HEAD".into());
    if let Some(number) = get("BUILDKITE_PULL_REQUEST").filter(|n| n != "false") {
        let base = remote(&get("BUILDKITE_PULL_REQUEST_BASE_BRANCH").unwrap_or_default());
        return Wish::change(&base, &tip, format!("pull request {number}"));
    }
    if let Some(base) = get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT") {
        return Wish::change(&base, &tip, "merge queue");
    }
    match get("BUILDKITE_SOURCE").as_deref() {
        Some("schedule") => Wish::history("scheduled run"),
        Some("ui") => Wish::history("started by hand"),
        _ => {
            let default = get("BUILDKITE_PIPELINE_DEFAULT_BRANCH");
            branch_or_tag(get, &tip, "BUILDKITE_BRANCH", "BUILDKITE_TAG", default.as_deref())
        }
    }
}

/// The variables of Jenkins' Git and Branch API plugins (plugins.jenkins.io).
fn jenkins(get: Lookup<'_>) -> Wish {
    let tip = get("GIT_COMMIT").unwrap_or_else(|| "HEAD".into());
    if let Some(number) = get("CHANGE_ID") {
        let base = remote(&get("CHANGE_TARGET").unwrap_or_default());
        return Wish::change(&base, &tip, format!("pull request {number}"));
    }
    match get("GIT_PREVIOUS_COMMIT") {
        Some(before) => Wish::pushed(Some(&before), &tip, None, "commits since the last build"),
        None => Wish::history("first build"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    /// What the variables mean: the tip and what is known, or one word.
    fn meaning(variables: &[(&str, &str)]) -> String {
        let get = |name: &str| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, v)| (*v).to_owned()).filter(|v| !v.is_empty())
        };
        let service = Service::detect(&get);
        match service.wish(&get) {
            Wish::Commits { tip, known, what, .. } => {
                format!("{what}: {} not {}", &tip[..1], known.join(" ").replace(A, "a"))
            }
            Wish::History { what } => format!("history: {what}"),
            Wish::Nothing { what } => format!("nothing: {what}"),
        }
    }

    #[test]
    fn gitlab_tells_its_pipelines_apart() {
        let base = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", B), ("CI_DEFAULT_BRANCH", "main")];
        let with = |more: &[(&'static str, &'static str)]| meaning(&[&base[..], more].concat());
        let request = [
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "3"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", A),
        ];
        assert_eq!(with(&request), "merge request 3: b not a");
        let push =
            [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main"), ("CI_COMMIT_BEFORE_SHA", A)];
        assert_eq!(with(&push), "push to main: b not a");
        let new =
            [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "topic"), ("CI_COMMIT_BEFORE_SHA", ZERO)];
        assert_eq!(with(&new), "push to topic: b not refs/remotes/origin/main");
        let tag = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_TAG", "v1"), ("CI_COMMIT_BEFORE_SHA", ZERO)];
        assert_eq!(with(&tag), "push of the tag v1: b not refs/remotes/origin/main");
        assert_eq!(with(&[("CI_PIPELINE_SOURCE", "schedule")]), "history: scheduled run");
    }

    #[test]
    fn pull_requests_of_the_others_are_compared_with_their_target() {
        let bitbucket = [
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", B),
            ("BITBUCKET_PR_ID", "4"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", A),
        ];
        assert_eq!(meaning(&bitbucket), "pull request 4: b not a");
        let azure = [
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "PullRequest"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", B),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "5"),
        ];
        assert_eq!(meaning(&azure), "pull request 5: b not refs/remotes/origin/main");
        let buildkite = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", B),
            ("BUILDKITE_PULL_REQUEST", "6"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ];
        assert_eq!(meaning(&buildkite), "pull request 6: b not refs/remotes/origin/main");
        let jenkins =
            [("JENKINS_URL", "http://x"), ("GIT_COMMIT", B), ("CHANGE_ID", "7"), ("CHANGE_TARGET", "main")];
        assert_eq!(meaning(&jenkins), "pull request 7: b not refs/remotes/origin/main");
    }

    #[test]
    fn pushes_of_the_others_are_compared_with_what_they_know() {
        let circle = [("CIRCLECI", "true"), ("CIRCLE_SHA1", B), ("CIRCLE_BRANCH", "topic")];
        assert_eq!(meaning(&circle), "push to topic: b not refs/remotes/origin/HEAD");
        let tag = [("CIRCLECI", "true"), ("CIRCLE_SHA1", B), ("CIRCLE_TAG", "v1")];
        assert_eq!(meaning(&tag), "push of the tag v1: b not refs/remotes/origin/HEAD");
        let buildkite = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", B),
            ("BUILDKITE_PULL_REQUEST", "false"),
            ("BUILDKITE_BRANCH", "main"),
            ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
        ];
        assert_eq!(meaning(&buildkite), "push to main: b not ");
        let queue = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", B),
            ("BUILDKITE_PULL_REQUEST", "false"),
            ("BUILDKITE_BRANCH", "gh-readonly-queue/main/pr-1"),
            ("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", A),
        ];
        assert_eq!(meaning(&queue), "merge queue: b not a");
        let jenkins = [("JENKINS_HOME", "/j"), ("GIT_COMMIT", B), ("GIT_PREVIOUS_COMMIT", A)];
        assert_eq!(meaning(&jenkins), "commits since the last build: b not a");
        let azure = [
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "IndividualCI"),
            ("BUILD_SOURCEVERSION", B),
            ("BUILD_SOURCEBRANCH", "refs/tags/v2"),
        ];
        assert_eq!(meaning(&azure), "push of the tag v2: b not refs/remotes/origin/HEAD");
    }

    #[test]
    fn outside_of_any_service_it_is_the_whole_history() {
        assert!(meaning(&[]).starts_with("history"));
    }
}
