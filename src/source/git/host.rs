//! Links to the pages of hosting sites.
//!
//! In flows the address of a remote; out flow web addresses for those hosts whose form is known, never
//! with a password or token that the address may carry.

/// Which form of links a host has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    GitHub,
    GitLab,
    Bitbucket,
    Gitea,
}

/// A repository on a host whose pages can be linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    kind: Kind,
    base: String,
}

impl Host {
    /// From the address of a remote: `https://…`, `ssh://…` or `git@host:path`.
    pub(super) fn of(address: &str) -> Option<Self> {
        let (host, path) = match address.split_once("://") {
            Some(("http" | "https" | "ssh" | "git" | "git+ssh", rest)) => {
                let (host, path) = rest.split_once('/')?;
                (host.rsplit('@').next()?, path)
            }
            Some(_) => return None,
            None => {
                let (host, path) = address.split_once(':')?;
                (host.rsplit('@').next()?, path)
            }
        };
        let host = web_host(&host.split(':').next()?.to_lowercase());
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./~".contains(c);
        if path.is_empty() || !path.chars().all(plain) || !host.chars().all(plain) || host.contains('/') {
            return None;
        }
        let kind = match host.as_str() {
            "github.com" => Kind::GitHub,
            "bitbucket.org" => Kind::Bitbucket,
            "codeberg.org" | "gitea.com" => Kind::Gitea,
            h if h == "gitlab.com" || h.starts_with("gitlab.") => Kind::GitLab,
            h if h.starts_with("gitea.") || h.starts_with("forgejo.") => Kind::Gitea,
            h if h.starts_with("github.") => Kind::GitHub,
            _ => return None,
        };
        Some(Self { kind, base: format!("https://{host}/{path}") })
    }

    /// The page of a file as it was in a commit.
    pub(super) fn file(&self, commit: &str, path: &str) -> String {
        let (base, path) = (&self.base, escaped(path));
        match self.kind {
            Kind::GitHub => format!("{base}/blob/{commit}/{path}"),
            Kind::GitLab => format!("{base}/-/blob/{commit}/{path}"),
            Kind::Bitbucket => format!("{base}/src/{commit}/{path}"),
            Kind::Gitea => format!("{base}/src/commit/{commit}/{path}"),
        }
    }

    /// The page of a commit.
    pub(super) fn commit(&self, commit: &str) -> String {
        let base = &self.base;
        match self.kind {
            Kind::GitHub | Kind::Gitea => format!("{base}/commit/{commit}"),
            Kind::GitLab => format!("{base}/-/commit/{commit}"),
            Kind::Bitbucket => format!("{base}/commits/{commit}"),
        }
    }
}

/// The host that shows pages, from one that serves repositories: the hosts that let SSH through port 443 have other names, and
/// who has two accounts on a host gives it aliases in the settings of SSH (`github.com-work`).
fn web_host(host: &str) -> String {
    for (known, others) in [
        ("github.com", ["ssh.github.com", "www.github.com"]),
        ("gitlab.com", ["altssh.gitlab.com", "www.gitlab.com"]),
        ("bitbucket.org", ["altssh.bitbucket.org", "www.bitbucket.org"]),
    ] {
        let alias = host.strip_prefix(known).is_some_and(|rest| rest.starts_with(['-', '_']));
        let alias = alias || host.strip_suffix(known).is_some_and(|start| start.ends_with(['-', '_']));
        if alias || others.contains(&host) {
            return known.to_owned();
        }
    }
    host.to_owned()
}

/// A path for an address: everything but unreserved characters (RFC 3986, 2.3) and `/` in percent form.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hosts_have_links_in_their_own_form() {
        let link = |address: &str| Host::of(address).map(|h| h.file("abc", "a b/c#.txt"));
        for (address, want) in [
            ("git@github.com:o/r.git", "https://github.com/o/r/blob/abc/a%20b/c%23.txt"),
            (
                "https://gitlab.example.org/g/s/r.git",
                "https://gitlab.example.org/g/s/r/-/blob/abc/a%20b/c%23.txt",
            ),
            ("git@github.com-work:o/r.git", "https://github.com/o/r/blob/abc/a%20b/c%23.txt"),
            ("ssh://git@ssh.github.com:443/o/r.git", "https://github.com/o/r/blob/abc/a%20b/c%23.txt"),
            ("ssh://git@bitbucket.org/o/r", "https://bitbucket.org/o/r/src/abc/a%20b/c%23.txt"),
            ("https://codeberg.org/o/r/", "https://codeberg.org/o/r/src/commit/abc/a%20b/c%23.txt"),
        ] {
            assert_eq!(link(address).as_deref(), Some(want), "{address}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_left_out() {
        let host = Host::of("https://me:pass@github.com:443/o/r.git").unwrap();
        assert_eq!(host.commit("abc"), "https://github.com/o/r/commit/abc");
    }

    #[test]
    fn other_addresses_have_no_link() {
        for address in ["/srv/git/r.git", "file:///srv/r", "https://example.org/r", "git@host:", "../r"] {
            assert_eq!(Host::of(address), None, "{address}");
        }
    }
}
