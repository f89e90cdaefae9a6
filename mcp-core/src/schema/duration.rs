//! Durations as people and models write them.

use serde_json::json;

/// The units of a duration, in nanoseconds.
const UNITS: [(&[&str], u128); 8] = [
    (&["ns", "nanosecond", "nanoseconds"], 1),
    (&["us", "µs", "μs", "microsecond", "microseconds"], 1_000),
    (&["ms", "msec", "millisecond", "milliseconds"], 1_000_000),
    (&["s", "sec", "secs", "second", "seconds"], NANOS_PER_SECOND),
    (&["m", "min", "mins", "minute", "minutes"], 60 * NANOS_PER_SECOND),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600 * NANOS_PER_SECOND),
    (&["d", "day", "days"], 86_400 * NANOS_PER_SECOND),
    (&["w", "week", "weeks"], 604_800 * NANOS_PER_SECOND),
];

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Maximum length of a duration, in bytes.
const MAX_LEN: usize = 100;

/// Reads a duration such as `30s`, `1m 30s`, `1.5h`, `500ms`, or, as in ISO 8601, `PT1M30S`. Returns the JSON that
/// [`std::time::Duration`] is deserialized from.
///
/// Returns `None` if the text is not a duration, if a number has no unit, or if the duration has a part of a nanosecond.
pub(super) fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_LEN {
        return None;
    }
    let nanos = match text.strip_prefix(['P', 'p']) {
        Some(iso) => parse_iso(iso)?,
        None => parse_units(text, |unit| {
            UNITS.iter().find(|(names, _)| names.contains(&unit)).map(|(_, nanos)| *nanos)
        })?,
    };
    let secs = u64::try_from(nanos / NANOS_PER_SECOND).ok()?;
    let nanos = u64::try_from(nanos % NANOS_PER_SECOND).ok()?;
    Some(json!({ "secs": secs, "nanos": nanos }).to_string())
}

/// Writes the JSON of a [`std::time::Duration`] as text that [`parse`] reads.
pub(super) fn format(duration: &serde_json::Value) -> Option<String> {
    let (secs, nanos) = (duration.get("secs")?.as_u64()?, duration.get("nanos")?.as_u64()?);
    Some(match (secs, nanos) {
        (secs, 0) => format!("{secs}s"),
        (0, nanos) if nanos % 1_000_000 == 0 => format!("{}ms", nanos / 1_000_000),
        (0, nanos) => format!("{nanos}ns"),
        (secs, nanos) => format!("{secs}s{nanos}ns"),
    })
}

/// Reads a duration of ISO 8601 after its `P`: weeks, days, and after `T` hours, minutes and seconds.
fn parse_iso(text: &str) -> Option<u128> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return None,
        None => (text, ""),
    };
    let unit = |units: &'static [(&str, u128)]| {
        move |unit: &str| {
            units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, nanos)| *nanos)
        }
    };
    let days = unit(&[("W", 604_800 * NANOS_PER_SECOND), ("D", 86_400 * NANOS_PER_SECOND)]);
    let hours =
        unit(&[("H", 3_600 * NANOS_PER_SECOND), ("M", 60 * NANOS_PER_SECOND), ("S", NANOS_PER_SECOND)]);
    match (date, time) {
        ("", time) => parse_units(time, hours),
        (date, "") => parse_units(date, days),
        (date, time) => parse_units(date, days)?.checked_add(parse_units(time, hours)?),
    }
}

/// Reads numbers with their units, and adds them up.
fn parse_units(mut text: &str, unit: impl Fn(&str) -> Option<u128>) -> Option<u128> {
    let mut total = 0_u128;
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(number_end);
        let rest = rest.trim_start();
        let unit_end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(unit_end);
        total = total.checked_add(multiply(number, unit(name)?)?)?;
        text = rest.trim_start_matches([' ', ',']);
    }
    Some(total)
}

/// Multiplies a decimal number with a unit. Returns `None` if the product is no integer.
fn multiply(number: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let power = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = digits.checked_mul(unit)?;
    (!whole.is_empty() && product.is_multiple_of(power)).then_some(product / power)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn durations_are_read_in_the_usual_notations() {
        for (text, expected) in [
            ("30s", Some((30, 0))),
            ("30 s", Some((30, 0))),
            ("1m30s", Some((90, 0))),
            ("1 minute, 30 seconds", Some((90, 0))),
            ("1.5h", Some((5400, 0))),
            ("500ms", Some((0, 500_000_000))),
            ("0.5us", Some((0, 500))),
            ("2d", Some((172_800, 0))),
            ("PT1M30S", Some((90, 0))),
            ("P1DT2H", Some((93_600, 0))),
            ("pt0.25s", Some((0, 250_000_000))),
            ("0s", Some((0, 0))),
            ("30", None),
            ("s", None),
            ("", None),
            ("P", None),
            ("PT", None),
            ("-1s", None),
            ("1.2.3s", None),
            ("0.5ns", None),
            ("1 fortnight", None),
            ("99999999999999999999999999s", None),
        ] {
            let parsed = parse(text).map(|json| serde_json::from_str::<Value>(&json).expect("JSON"));
            assert_eq!(
                parsed,
                expected.map(|(secs, nanos)| json!({ "secs": secs, "nanos": nanos })),
                "{text}"
            );
        }
    }

    #[test]
    fn written_durations_are_read_back() {
        for (secs, nanos) in
            [(0, 0), (30, 0), (0, 5_000_000), (0, 7), (1, 500_000_000), (u64::MAX, 999_999_999)]
        {
            let duration = json!({ "secs": secs, "nanos": nanos });
            let text = format(&duration).expect("a duration");
            assert_eq!(parse(&text), Some(duration.to_string()), "{text}");
        }
    }
}
