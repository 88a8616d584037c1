//! A model of who may read what, made without a look at how the extension decides it: roles and their memberships, spaces with owner,
//! readers and writers, memories with labels.

use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// One grant of a role to another.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Who has got it.
    pub member: String,
    /// What was granted.
    pub role: String,
    /// Whether the member has its rights without SET ROLE.
    pub inherit: bool,
}

/// A space as its row says.
#[derive(Clone, Debug, Default)]
pub struct SpaceRights {
    /// The owner role.
    pub owner: String,
    /// Roles that may read.
    pub readers: Vec<String>,
    /// Roles that may write, and so read.
    pub writers: Vec<String>,
}

/// What is known of a memory.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its space.
    pub space: String,
    /// Its label, which a policy made by hand shows to the role of that name alone.
    pub label: Option<String>,
    /// A word that nothing else contains.
    pub token: String,
}

/// The whole of it.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// All grants.
    pub grants: Vec<Grant>,
    /// Spaces by name.
    pub spaces: HashMap<String, SpaceRights>,
    /// Memories by id.
    pub memories: HashMap<Uuid, Known>,
    /// Whether the policy on labels is there.
    pub labels: bool,
}

impl World {
    /// The roles whose rights a user has: the user, and what it inherits.
    pub fn rights_of(&self, user: &str) -> BTreeSet<String> {
        self.reach(user, |grant| grant.inherit)
    }

    /// The roles that a user may change to.
    pub fn may_become(&self, user: &str) -> BTreeSet<String> {
        self.reach(user, |_| true)
    }

    fn reach(&self, user: &str, follows: impl Fn(&Grant) -> bool) -> BTreeSet<String> {
        let mut found = BTreeSet::from([user.to_owned()]);
        let mut open = vec![user.to_owned()];
        while let Some(member) = open.pop() {
            for grant in self.grants.iter().filter(|g| g.member == member && follows(g)) {
                if found.insert(grant.role.clone()) {
                    open.push(grant.role.clone());
                }
            }
        }
        found
    }

    /// Whether the user may read the space.
    pub fn may_read(&self, user: &str, space: &str) -> bool {
        let rights = self.rights_of(user);
        self.spaces.get(space).is_some_and(|s| {
            std::iter::once(&s.owner).chain(&s.readers).chain(&s.writers).any(|role| rights.contains(role))
        })
    }

    /// Whether the user may know that there is the space.
    pub fn may_see(&self, user: &str, space: &str) -> bool {
        let rights = self.rights_of(user);
        self.may_read(user, space) || ["engram_admin", "pg_monitor"].iter().any(|role| rights.contains(*role))
    }

    /// Whether the user may read the memory.
    pub fn may_recall(&self, user: &str, id: &Uuid) -> bool {
        self.memories.get(id).is_some_and(|memory| {
            self.may_read(user, &memory.space)
                && (!self.labels || memory.label.as_deref().is_none_or(|label| label == user))
        })
    }
}
