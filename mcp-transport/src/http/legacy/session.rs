//! Sessions of earlier revisions.
//!
//! The id of a session is sealed and carries what the handshake settled, so that every process with the key can go on with
//! it, and an idle session holds no memory. What lives in a process are open streams, calls, and wishes that came after
//! the handshake.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Deref;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mcpwright_server::{Caller, Connection, Handshake, Runtime as _, Seal, Store, StoreError};

use crate::http::legacy::active::ActiveSession;
use crate::http::state::HttpState;

/// What ids of sessions are sealed for.
const PURPOSE: &str = "mcp session";

/// The longest id that is looked at, in bytes.
const LONGEST: usize = 6 << 10;

/// How often the process looks for sessions that nobody uses any more.
const SWEEP: Duration = Duration::from_secs(5);

/// How long the store may take to answer.
const STORE_TIME: Duration = Duration::from_millis(250);

/// What tells a session from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id(u128);

impl Id {
    fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(u128::from_be_bytes(bytes))
    }

    /// Under which key the store says that the session has ended.
    fn ended(self) -> String {
        format!("mcp:session:{:032x}:ended", self.0)
    }
}

/// How many ids that were opened lately are not opened again.
const MAX_CACHED_TOKENS: usize = 1000;

/// A session that exists, whether or not anything of it lives in this process.
pub(crate) struct SessionToken {
    id: Id,
    /// Under which key the store says that it has ended.
    ended: String,
    /// When it ends, in seconds of the system's time.
    until: u64,
    handshake: Handshake,
}

/// An id that was opened, and for whom.
struct CachedToken {
    id: String,
    owner: String,
    known: Arc<SessionToken>,
}

/// Why there is no session of an id.
pub(crate) enum SessionError {
    /// It never was, belongs to somebody else, or has ended.
    NotFound,
    /// Nobody can tell at the moment.
    Unavailable,
}

/// The sessions of one server.
pub(crate) struct Sessions {
    state: Arc<HttpState>,
    seal: Seal,
    store: Arc<dyn Store>,
    /// Ids that were opened lately, by their [`tail`]: to open one takes longer than a small call.
    opened: Mutex<HashMap<u64, CachedToken>>,
    live: Mutex<HashMap<Id, Arc<ActiveSession>>>,
    /// Moves on with each request: what was used last has the highest number.
    clock: AtomicU64,
    is_sweeping: AtomicBool,
}

impl Sessions {
    pub(crate) fn new(state: &Arc<HttpState>, seal: Seal, store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            state: Arc::clone(state),
            seal,
            store,
            opened: Mutex::default(),
            live: Mutex::default(),
            clock: AtomicU64::new(0),
            is_sweeping: AtomicBool::new(false),
        })
    }

    /// The id of a new session, for its client; nothing if it would be longer than what is looked at later.
    pub(crate) fn mint(&self, caller: &Caller, handshake: &Handshake) -> Option<String> {
        let until = self.seconds() + self.state.limits.max_session_age.as_secs();
        let mut plain = Vec::from(Id::random().0.to_be_bytes());
        plain.extend_from_slice(&until.to_be_bytes());
        plain.extend_from_slice(handshake.to_text().as_bytes());
        let id = self.seal.seal(PURPOSE, &[caller.binding()], &plain);
        // It comes back in a head, beside all else that a head holds.
        (id.len() <= LONGEST.min(self.state.limits.max_header_bytes / 2)).then_some(id)
    }

    /// The session of an id that this caller was given.
    pub(crate) async fn open(&self, caller: &Caller, id: &str) -> Result<Arc<SessionToken>, SessionError> {
        let known = self.unseal(caller, id).ok_or(SessionError::NotFound)?;
        match in_time(self.store.get(&known.ended)).await {
            Ok(None) => Ok(known),
            Ok(Some(_)) => Err(SessionError::NotFound),
            Err(error) => {
                tracing::error!(%error, "whether a session has ended cannot be read from the store");
                Err(SessionError::Unavailable)
            }
        }
    }

    fn unseal(&self, caller: &Caller, id: &str) -> Option<Arc<SessionToken>> {
        if id.len() > LONGEST {
            return None;
        }
        let is_it = |opened: &&CachedToken| opened.id == id && opened.owner == caller.binding();
        let before = self.opened().get(&tail(id)?).filter(is_it).map(|it| Arc::clone(&it.known));
        let known = match before {
            Some(known) => known,
            None => self.unseal_anew(caller, id)?,
        };
        (known.until > self.seconds()).then_some(known)
    }

    fn unseal_anew(&self, caller: &Caller, id: &str) -> Option<Arc<SessionToken>> {
        let plain = self.seal.open(PURPOSE, &[caller.binding()], id)?;
        let (session, rest) = plain.split_first_chunk()?;
        let (until, text) = rest.split_first_chunk()?;
        let (session, until) = (Id(u128::from_be_bytes(*session)), u64::from_be_bytes(*until));
        let handshake = Handshake::from_text(str::from_utf8(text).ok()?, &self.state.server)?;
        let known = Arc::new(SessionToken { id: session, ended: session.ended(), until, handshake });
        let mut opened = self.opened();
        if opened.len() >= MAX_CACHED_TOKENS {
            opened.clear();
        }
        let (id, owner, tail) = (id.to_owned(), caller.binding().to_owned(), tail(id)?);
        opened.insert(tail, CachedToken { id, owner, known: Arc::clone(&known) });
        Some(known)
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<u64, CachedToken>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a session everywhere.
    pub(crate) async fn end(&self, known: &SessionToken) -> Result<(), StoreError> {
        let left = Duration::from_secs(known.until.saturating_sub(self.seconds()));
        in_time(self.store.put(&known.ended, b"", left)).await?;
        let live = self.table().remove(&known.id);
        if let Some(live) = live {
            live.end();
        }
        Ok(())
    }

    /// What lives of a session in this process, for as long as it is used; nothing where there is no room for it.
    pub(crate) fn enter(self: &Arc<Self>, caller: Caller, known: &SessionToken) -> Option<SessionGuard> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut table = self.table();
        if table.len() >= self.state.limits.max_sessions && !table.contains_key(&known.id) {
            evict(&mut table)?;
        }
        let live = Arc::clone(table.entry(known.id).or_insert_with(|| {
            let (server, handshake) = (self.state.server.clone(), known.handshake.clone());
            ActiveSession::new(&self.state, Connection::resume(server, caller, handshake))
        }));
        live.enter(now);
        drop(table);
        Some(SessionGuard { id: known.id, sessions: Arc::clone(self), live })
    }

    /// Ends what lives of every session: the process is about to end, and others go on with them.
    pub(crate) fn close(&self) {
        let live: Vec<_> = self.table().values().cloned().collect();
        live.iter().for_each(|live| live.streams().end_standalone());
    }

    fn leave(self: &Arc<Self>, id: Id, live: &Arc<ActiveSession>) {
        let mut table = self.table();
        if !live.leave() {
            return;
        }
        match table.entry(id) {
            Entry::Occupied(known) if live.is_empty() && Arc::ptr_eq(known.get(), live) => {
                known.remove();
            }
            _ => {
                drop(table);
                self.sweep_later();
            }
        }
    }

    /// Looks from time to time for sessions that nobody uses any more, for as long as there are any.
    fn sweep_later(self: &Arc<Self>) {
        if self.is_sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        let weak = Arc::downgrade(self);
        self.state.runtime.handle().spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(sessions) = Weak::upgrade(&weak) else { return };
                if sessions.sweep() {
                    return;
                }
            }
        });
    }

    /// Forgets sessions that nobody has used for some time; says whether none is left.
    fn sweep(&self) -> bool {
        let mut table = self.table();
        let idle: Vec<_> = table
            .iter()
            .filter(|(_, live)| {
                live.is_idle() && (live.tidy() || live.idle_time() > self.state.limits.session_idle_timeout)
            })
            .map(|(id, _)| *id)
            .collect();
        let ended: Vec<_> = idle.iter().filter_map(|id| table.remove(id)).collect();
        let is_over = table.is_empty();
        if is_over {
            self.is_sweeping.store(false, Ordering::Release);
        }
        drop(table);
        ended.iter().for_each(|live| live.end());
        is_over
    }

    fn seconds(&self) -> u64 {
        let time: SystemTime = self.state.runtime.system_time();
        time.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    fn table(&self) -> MutexGuard<'_, HashMap<Id, Arc<ActiveSession>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of an id, which is part of the tag of its seal: as good as random, and quicker to look up than the whole.
fn tail(id: &str) -> Option<u64> {
    id.as_bytes().last_chunk().map(|tail| u64::from_ne_bytes(*tail))
}

/// What a store answers, or that it takes too long.
async fn in_time<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let mut answer = pin!(answer);
    // Most of them have their answer there, and need no timer.
    if let Poll::Ready(answer) = futures::poll!(answer.as_mut()) {
        return answer;
    }
    let answer = tokio::time::timeout(STORE_TIME, answer).await;
    answer.unwrap_or_else(|_| Err(format!("the store took longer than {STORE_TIME:?}").into()))
}

/// Makes room for a session: the one that is idle for longest goes.
fn evict(table: &mut HashMap<Id, Arc<ActiveSession>>) -> Option<()> {
    let idle = table.iter().filter(|(_, live)| live.is_idle());
    let (&id, _) = idle.min_by_key(|(_, live)| live.last_use())?;
    table.remove(&id)?.end();
    Some(())
}

/// What lives of a session, used by a request or an open stream.
pub(crate) struct SessionGuard {
    id: Id,
    sessions: Arc<Sessions>,
    live: Arc<ActiveSession>,
}

impl Deref for SessionGuard {
    type Target = Arc<ActiveSession>;

    fn deref(&self) -> &Arc<ActiveSession> {
        &self.live
    }
}

impl Clone for SessionGuard {
    fn clone(&self) -> Self {
        self.live.enter(self.live.last_use());
        Self { id: self.id, sessions: Arc::clone(&self.sessions), live: Arc::clone(&self.live) }
    }
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        self.sessions.leave(self.id, &self.live);
    }
}
