//! Commands about what counts: configuration, ignore file, baseline.

mod baseline;
mod config;
mod ignore;
mod known;
mod last;
mod survey;

pub(super) use self::baseline::{BaselineArgs, run as baseline};
pub(super) use self::config::{ConfigArgs, run as config};
pub(super) use self::ignore::{IgnoreArgs, run as ignore};
pub(super) use self::last::remember;
pub(super) use self::survey::{Extent, survey};
