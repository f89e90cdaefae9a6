//! Types of the standard library, and JSON values.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
    NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize, Wrapping,
};
use std::ops::{Bound, Range, RangeInclusive};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use mcpwright::serde_json::{Map, Number, Value};

use crate::{Probe, probes};

type Labels = HashMap<String, BTreeMap<String, Vec<Option<u8>>>>;

#[expect(clippy::too_many_lines, reason = "it is a list")]
pub(crate) fn probes() -> Vec<Probe> {
    let numbers = probes![
        u8,
        u16,
        u32,
        u64,
        u128,
        usize,
        i8,
        i16,
        i32,
        i64,
        i128,
        isize,
        f32,
        f64,
        NonZeroU8,
        NonZeroU16,
        NonZeroU32,
        NonZeroU64,
        NonZeroU128,
        NonZeroUsize,
        NonZeroI8,
        NonZeroI16,
        NonZeroI32,
        NonZeroI64,
        NonZeroI128,
        NonZeroIsize,
        Wrapping<u8>,
        Number,
    ];
    let scalars = probes![
        (),
        bool,
        char,
        String,
        Box<str>,
        Cow<'static, str>,
        Arc<str>,
        CString,
        PathBuf,
        IpAddr,
        Ipv4Addr,
        Ipv6Addr,
        SocketAddr,
        SocketAddrV4,
        SocketAddrV6,
        Duration,
        SystemTime,
    ];
    let json = probes![
        Value, Map<String, Value>, Option<Value>, Vec<Value>, HashMap<String, Value>, BTreeMap<u8, Value>,
        Vec<Map<String, Value>>, (Value, Value), [Value; 2],
    ];
    let options = probes![
        Option<String>, Option<u8>, Option<bool>, Option<Option<bool>>, Option<Vec<u64>>, Option<Box<str>>,
        Option<[f32; 3]>, Option<(u8, String)>, Option<HashMap<String, u8>>, Vec<Option<String>>,
        [Option<u8>; 2], HashMap<String, Option<f64>>, (Option<u8>, bool),
    ];
    let collections = probes![
        Vec<u8>, Vec<String>, Vec<Vec<f64>>, VecDeque<u8>, LinkedList<String>, BinaryHeap<u8>, HashSet<String>,
        BTreeSet<u16>, HashSet<char>, Box<[u8]>, Arc<[String]>, [u8; 0], [u8; 1], [String; 16], [[f64; 2]; 2],
        HashMap<String, u8>, BTreeMap<String, Vec<String>>, HashMap<u32, String>, BTreeMap<i64, bool>,
        HashMap<char, u8>, BTreeMap<bool, u8>, HashMap<Box<str>, u8>, BTreeMap<IpAddr, String>, Labels,
        (u8,), (u8, u8), (u8, String), (u8, String, bool), (f64, f64, f64, f64), Vec<(String, f64)>,
        ((u8, u8), (String,)), Range<u8>, RangeInclusive<i64>, Range<f64>, Bound<u32>,
        Result<u8, String>,
    ];
    let pointers = probes![
        Box<u8>,
        Arc<String>,
        Box<Vec<Box<str>>>,
        Mutex<u8>,
        RwLock<String>,
        Arc<Mutex<bool>>,
        Cell<u8>,
        RefCell<u8>,
        std::marker::PhantomData<u8>
    ];
    [numbers, scalars, json, options, collections, pointers].concat()
}
