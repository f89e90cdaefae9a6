//! Types of other crates, with the features of schemars.

use std::collections::{BTreeMap, HashMap};

use arrayvec::{ArrayString, ArrayVec};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use either::Either;
use indexmap::{IndexMap, IndexSet};
use jiff::civil;
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use mcpwright::serde_json::Value;
use rust_decimal::Decimal;
use semver::Version;
use smallvec::SmallVec;
use smol_str::SmolStr;
use url::Url;
use uuid::Uuid;

use crate::{Probe, probes};

pub(crate) fn probes() -> Vec<Probe> {
    let times = probes![
        DateTime<Utc>, DateTime<FixedOffset>, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday, Timestamp,
        Zoned, civil::Date, civil::Time, civil::DateTime, Span, SignedDuration, Option<DateTime<Utc>>,
        Vec<NaiveDate>, BTreeMap<NaiveDate, f64>, (Timestamp, Timestamp),
    ];
    let texts = probes![
        Uuid, Url, Decimal, Version, SmolStr, ArrayString<8>, Option<Uuid>, Vec<Url>, HashMap<Uuid, u8>,
        BTreeMap<SmolStr, Decimal>,
    ];
    let collections = probes![
        Bytes, BytesMut, ArrayVec<u8, 4>, SmallVec<[String; 2]>, IndexMap<String, u8>, IndexSet<String>,
        IndexMap<String, Value>, Either<u8, String>, Either<Vec<String>, String>, Option<Either<bool, Decimal>>,
    ];
    [times, texts, collections].concat()
}
