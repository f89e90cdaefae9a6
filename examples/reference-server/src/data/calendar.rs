//! Dates and timestamps, without a clock, a time zone or a locale.

/// A point in time of the sample data, in seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i64);

const DAY: i64 = 86_400;

impl Moment {
    /// Returns midnight of a date in the proleptic Gregorian calendar.
    pub(super) const fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self((era * 146_097 + day_of_era - 719_468) * DAY)
    }

    /// Parses a date such as `2024-05-17`.
    pub(super) fn parse(date: &str) -> Option<Self> {
        let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        Some(Self::of(parts.next()??, parts.next()??, parts.next()??))
    }

    pub(super) fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY)
    }

    pub(super) fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    pub(super) fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(DAY)
    }

    pub(super) fn year(self) -> i64 {
        self.civil().0
    }

    /// Formats the date, such as `2024-05-17`.
    pub(super) fn date(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Formats the timestamp, such as `2024-05-17T09:30:00Z`.
    pub(super) fn timestamp(self) -> String {
        let second = self.0.rem_euclid(DAY);
        format!("{}T{:02}:{:02}:{:02}Z", self.date(), second / 3600, second / 60 % 60, second % 60)
    }

    fn civil(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn parse_and_format_round_trip() {
        for text in ["1970-01-01", "2000-02-29", "2023-12-31", "2024-02-29", "2024-03-01", "1969-12-31"] {
            assert_eq!(Moment::parse(text).map(Moment::date).as_deref(), Some(text));
        }
        assert_eq!(Moment::of(2024, 3, 1).days_since(Moment::of(2024, 2, 28)), 2);
        assert_eq!(Moment::of(2024, 1, 2).plus_seconds(3_661).timestamp(), "2024-01-02T01:01:01Z");
        assert_eq!(Moment::parse("2024-05"), None);
    }
}
