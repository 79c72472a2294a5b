//! What continuous integration reads: GitHub annotations, GitLab's two reports, JUnit.

mod codequality;
mod github;
mod gitlab;
mod junit;

pub(super) use codequality::write as write_codequality;
pub(super) use github::write as write_github;
pub(super) use gitlab::write as write_gitlab;
pub(super) use junit::write as write_junit;
