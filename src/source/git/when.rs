//! Dates: seconds since 1970 as ISO 8601, and the dates people write as seconds.
//!
//! In flow numbers or words; out flow words or numbers. The clock is read for `2 weeks ago` only.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// `2024-05-01T12:00:00+02:00`; `offset` in minutes east of Greenwich.
pub(super) fn iso(seconds: i64, offset: i32) -> String {
    let local = seconds.saturating_add(i64::from(offset) * 60);
    let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let (sign, off) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}",
        off / 60,
        off % 60
    )
}

/// The date that a person wrote: `2024-05-01`, with a time and zone if wanted, `@seconds`, `3 days ago`,
/// `3.days`, `yesterday`. Without a zone it is Greenwich's. `None` if it is no date.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    ago(text).or_else(|| absolute(text))
}

fn ago(text: &str) -> Option<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs() as i64;
    let words = text.replace('.', " ").to_lowercase();
    let mut words = words.split_whitespace();
    let (count, unit, last) = match (words.next()?, words.next(), words.next()) {
        ("yesterday", None, None) => (1, "day", "ago"),
        ("today", None, None) => (0, "day", "ago"),
        (count, Some(unit), last) => (count.parse::<i64>().ok()?, unit, last.unwrap_or("ago")),
        _ => return None,
    };
    let seconds = match unit.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => DAY,
        "week" => 7 * DAY,
        "month" => 31 * DAY,
        "year" => 366 * DAY,
        _ => return None,
    };
    (last == "ago" && words.next().is_none()).then(|| now - count.saturating_mul(seconds))
}

fn absolute(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00Z"));
    let mut parts = date.split('-').map(|p| p.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some()
        || !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || civil(days(year, month, day)) != (year, month, day)
    {
        return None;
    }
    let time = time.trim();
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let mut parts = clock.trim().split(':').map(|p| p.parse::<i64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let offset = match zone.trim() {
        "" | "Z" => 0,
        zone => {
            let digits: i64 = zone[1..].replace(':', "").parse().ok()?;
            let minutes = digits / 100 * 60 + digits % 100;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    Some(days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset * 60)
}

/// Days since 1970-01-01 of a day of the Gregorian calendar: whole years from a March on, so that the leap
/// day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let since_march = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * since_march + 2) / 5 + day - 1 - 719_468
}

/// The day of the calendar, from days since 1970-01-01.
fn civil(days_since: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days_since.div_euclid(366);
    while days(year + 1, 1, 1) <= days_since {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= days_since {
        month += 1;
    }
    (year, month, days_since - days(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        for seconds in [0, 951_782_400, 1_709_164_800, 1_700_000_000, 4_102_444_799, -1, -86_401] {
            assert_eq!(parse(&iso(seconds, 0)).unwrap_or(seconds), seconds);
        }
        assert_eq!(iso(951_782_400, 0), "2000-02-29T00:00:00+00:00");
        assert_eq!(iso(1_700_000_000, -330), "2023-11-14T16:43:20-05:30");
    }

    #[test]
    fn people_write_dates_in_many_ways() {
        assert_eq!(parse("2024-05-01"), Some(1_714_521_600));
        assert_eq!(parse("2024-05-01T02:00:00+02:00"), Some(1_714_521_600));
        assert_eq!(parse("2024-05-01 00:00"), Some(1_714_521_600));
        assert_eq!(parse("@12"), Some(12));
        for ago in ["2 weeks ago", "3 days", "3.days", "yesterday"] {
            assert!(parse(ago).is_some(), "{ago}");
        }
        for wrong in ["main", "v1.2-3", "2024-13-01", "2024-02-30", "1234567", "2 moons ago", "3.0.days"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
