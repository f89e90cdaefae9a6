//! Sessions of earlier revisions.
//!
//! The id of a session is its sealed handshake, so every process with the key can continue it, and an idle session uses no
//! memory. A process holds only open streams, calls, and what the client requested after the handshake.

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

/// The purpose that session ids are sealed for.
const PURPOSE: &str = "mcp session";

/// Maximum length of a session id, in bytes.
const MAX_SESSION_ID_BYTES: usize = 6 << 10;

/// Interval at which unused sessions are dropped.
const SWEEP: Duration = Duration::from_secs(5);

/// Timeout of the store.
const STORE_TIME: Duration = Duration::from_millis(250);

/// Identifies a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id(u128);

impl Id {
    fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(u128::from_be_bytes(bytes))
    }

    /// Returns the key in the store that marks the session as ended.
    fn ended(self) -> String {
        format!("mcp:session:{:032x}:ended", self.0)
    }
}

/// Maximum number of session ids that are cached in their opened form.
const MAX_CACHED_TOKENS: usize = 1000;

/// An opened session id.
pub(crate) struct SessionToken {
    id: Id,
    /// The key in the store that marks the session as ended.
    ended: String,
    /// The expiry, in seconds of Unix time.
    until: u64,
    handshake: Handshake,
}

/// A cached session id, and its owner.
struct CachedToken {
    id: String,
    owner: String,
    known: Arc<SessionToken>,
}

/// The reason why a session cannot be used.
pub(crate) enum SessionError {
    /// It does not exist, belongs to another caller, or has ended.
    NotFound,
    /// The store is unavailable.
    Unavailable,
}

/// The sessions of one server.
pub(crate) struct Sessions {
    state: Arc<HttpState>,
    seal: Seal,
    store: Arc<dyn Store>,
    /// Recently opened ids, by their [`tail`]: opening one takes longer than a small call.
    opened: Mutex<HashMap<u64, CachedToken>>,
    live: Mutex<HashMap<Id, Arc<ActiveSession>>>,
    /// Incremented with each request: the session that was used last has the highest number.
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

    /// Creates the id of a new session. Returns `None` if it would be too long to be accepted later.
    pub(crate) fn mint(&self, caller: &Caller, handshake: &Handshake) -> Option<String> {
        let until = self.seconds() + self.state.limits.max_session_age.as_secs();
        let mut plain = Vec::from(Id::random().0.to_be_bytes());
        plain.extend_from_slice(&until.to_be_bytes());
        plain.extend_from_slice(handshake.to_text().as_bytes());
        let id = self.seal.seal(PURPOSE, &[caller.binding()], &plain);
        // It must fit into the head of a request, with other fields.
        (id.len() <= MAX_SESSION_ID_BYTES.min(self.state.limits.max_header_bytes / 2)).then_some(id)
    }

    /// Opens the session id of a caller.
    pub(crate) async fn open(&self, caller: &Caller, id: &str) -> Result<Arc<SessionToken>, SessionError> {
        let known = self.unseal(caller, id).ok_or(SessionError::NotFound)?;
        match in_time(self.store.get(&known.ended)).await {
            Ok(None) => Ok(known),
            Ok(Some(_)) => Err(SessionError::NotFound),
            Err(error) => {
                tracing::error!(%error, "cannot read from the store whether a session has ended");
                Err(SessionError::Unavailable)
            }
        }
    }

    fn unseal(&self, caller: &Caller, id: &str) -> Option<Arc<SessionToken>> {
        if id.len() > MAX_SESSION_ID_BYTES {
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

    /// Ends a session in all processes.
    pub(crate) async fn end(&self, known: &SessionToken) -> Result<(), StoreError> {
        let left = Duration::from_secs(known.until.saturating_sub(self.seconds()));
        in_time(self.store.put(&known.ended, b"", left)).await?;
        let live = self.table().remove(&known.id);
        if let Some(live) = live {
            live.end();
        }
        Ok(())
    }

    /// Returns the session as this process holds it. Returns `None` if there are too many.
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

    /// Ends the standalone streams of all sessions: the process shuts down, and others continue the sessions.
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

    /// Drops unused sessions periodically, until none is left.
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

    /// Drops unused sessions. Returns `true` if none is left.
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

/// Returns the end of an id, which is part of the tag of its seal: it is as good as random, and shorter than the whole.
fn tail(id: &str) -> Option<u64> {
    id.as_bytes().last_chunk().map(|tail| u64::from_ne_bytes(*tail))
}

/// Waits for the answer of the store, within its timeout.
async fn in_time<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let mut answer = pin!(answer);
    // Most answers are ready at once, and need no timer.
    if let Poll::Ready(answer) = futures::poll!(answer.as_mut()) {
        return answer;
    }
    let answer = tokio::time::timeout(STORE_TIME, answer).await;
    answer.unwrap_or_else(|_| Err(format!("the store took longer than {STORE_TIME:?}").into()))
}

/// Evicts the session that has been idle longest.
fn evict(table: &mut HashMap<Id, Arc<ActiveSession>>) -> Option<()> {
    let idle = table.iter().filter(|(_, live)| live.is_idle());
    let (&id, _) = idle.min_by_key(|(_, live)| live.last_use())?;
    table.remove(&id)?.end();
    Some(())
}

/// A session in use by a request or an open stream.
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
