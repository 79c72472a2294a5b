//! `skout ci`: knows which service runs it, picks the commits that the event is about, and reports
//! where people of that service look.

mod command;
mod fetch;
mod github;
mod outputs;
mod service;
mod wish;

pub(super) use command::{CiArgs, run};
