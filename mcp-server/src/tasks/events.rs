//! Changes of tasks, for the clients that subscribed to them.

use crate::caller::Caller;
use crate::replicas::change::Change;
use crate::replicas::task_change::TaskChange;
use crate::subscriptions::hub::Subscription;
use crate::tasks::record::TaskRecord;
use crate::tasks::runner::TaskRunner;

impl TaskRunner {
    /// Publishes the state of a task.
    pub(crate) fn notify_task(&self, record: &TaskRecord) {
        self.notify.task_changed(|| change(record));
    }

    /// Sends the state of these tasks of a caller to a new subscription.
    pub(crate) fn send_current(&self, ids: &[String], caller: &Caller, subscription: &Subscription) {
        let (tasks, ids, caller) = (self.clone(), ids.to_vec(), caller.clone());
        let sender = subscription.sender();
        self.runtime.spawn(Box::pin(async move {
            for id in ids {
                match tasks.find_of(&caller, &id).await {
                    Ok(Some(found)) => {
                        let change = change(&found.for_owner().record);
                        change.into_iter().for_each(|change| sender.send(&Change::Task(change)));
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "cannot look up a task for a subscription"),
                }
            }
        }));
    }
}

fn change(record: &TaskRecord) -> Option<TaskChange> {
    TaskChange::new(&record.owner, record.version(), &record.detailed())
}
