//! Hearing of the statements that need a database to be empty of connections, before they run.
//!
//! Workers visit databases; DROP DATABASE, CREATE DATABASE ... TEMPLATE, ALTER DATABASE RENAME and SET TABLESPACE fail
//! while one is there, and ALTER EXTENSION engram UPDATE and DROP EXTENSION could deadlock with it. Handlers make it leave and wait. A
//! handler that raises an `ERROR` stops the statement.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_char};

use pgrx::{PgList, pg_guard, pg_sys};

use super::assert_main;
use crate::crash::{self, Point};

thread_local! {
    static HANDLERS: RefCell<Vec<fn(&str)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<pg_sys::ProcessUtility_hook_type> = const { Cell::new(None) };
}

/// Chains the hook; called once, from `_PG_init`.
pub fn init() {
    assert_main();
    // SAFETY: a plain function pointer, changed while nothing else runs in this process.
    unsafe {
        NEXT.set(pg_sys::ProcessUtility_hook);
        pg_sys::ProcessUtility_hook = Some(engram_process_utility);
    }
}

/// Calls `handler` before each such statement with the name of the database that must be free of other connections. It
/// may not exist, nor the right to touch it.
pub fn register(handler: fn(&str)) {
    assert_main();
    HANDLERS.with_borrow_mut(|handlers| handlers.push(handler));
}

// Called without pgrx's error boundary, see `engram_process_utility`.
unsafe extern "C-unwind" {
    #[link_name = "standard_ProcessUtility"]
    fn process_utility(
        statement: *mut pg_sys::PlannedStmt,
        text: *const c_char,
        read_only_tree: bool,
        context: pg_sys::ProcessUtilityContext::Type,
        params: pg_sys::ParamListInfo,
        environment: *mut pg_sys::QueryEnvironment,
        dest: *mut pg_sys::DestReceiver,
        completion: *mut pg_sys::QueryCompletion,
    );
}

/// The hook. An `ERROR` of the statement itself jumps over this frame, which holds nothing to drop, straight to the
/// server: turned into a panic and back it would lose its context, position and constraint name, for every COPY and DO
/// block of the cluster.
#[allow(clippy::too_many_arguments)]
unsafe extern "C-unwind" fn engram_process_utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    params: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    dest: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: the server passes a planned utility statement; the other arguments go on as they came.
    unsafe {
        let ends_prepared = engram_before_utility((*statement).utilityStmt);
        let next = NEXT.get().unwrap_or(process_utility);
        next(statement, text, read_only_tree, context, params, environment, dest, completion);
        if ends_prepared {
            crash::at(Point::prepared_end);
        }
    }
}

/// Says whether the statement ends a prepared transaction.
#[pg_guard]
unsafe extern "C-unwind" fn engram_before_utility(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the node is the parse tree of the statement.
    if let Some(database) = unsafe { database(node) } {
        let handlers = HANDLERS.with_borrow(Clone::clone);
        handlers.iter().for_each(|handler| handler(&database));
    }
    // SAFETY: as above.
    let ends_prepared = unsafe { ends_prepared(node) };
    if ends_prepared {
        crash::at(Point::prepared_begin);
    }
    ends_prepared
}

/// # Safety
/// `node` is null or a parse tree.
unsafe fn ends_prepared(node: *mut pg_sys::Node) -> bool {
    use pg_sys::TransactionStmtKind::{TRANS_STMT_COMMIT_PREPARED, TRANS_STMT_ROLLBACK_PREPARED};
    // SAFETY: the tag says which struct the node is.
    unsafe {
        !node.is_null()
            && (*node).type_ == pg_sys::NodeTag::T_TransactionStmt
            && matches!(
                (*node.cast::<pg_sys::TransactionStmt>()).kind,
                TRANS_STMT_COMMIT_PREPARED | TRANS_STMT_ROLLBACK_PREPARED
            )
    }
}

/// The database that the statement needs for itself: the one it drops, renames or moves, the template it copies, or the one whose
/// extension it updates or drops.
///
/// # Safety
/// `node` is null or a parse tree.
unsafe fn database(node: *mut pg_sys::Node) -> Option<String> {
    if node.is_null() {
        return None;
    }
    // SAFETY: the tag says which struct the node is; its strings are NUL-terminated or null.
    unsafe {
        match (*node).type_ {
            pg_sys::NodeTag::T_DropdbStmt => {
                let statement = &*node.cast::<pg_sys::DropdbStmt>();
                text(statement.dbname)
            }
            pg_sys::NodeTag::T_CreatedbStmt => {
                let statement = &*node.cast::<pg_sys::CreatedbStmt>();
                Some(option(statement.options, c"template").unwrap_or_else(|| "template1".to_owned()))
            }
            pg_sys::NodeTag::T_RenameStmt => {
                let statement = &*node.cast::<pg_sys::RenameStmt>();
                if statement.renameType != pg_sys::ObjectType::OBJECT_DATABASE {
                    return None;
                }
                text(statement.subname)
            }
            pg_sys::NodeTag::T_AlterDatabaseStmt => {
                let statement = &*node.cast::<pg_sys::AlterDatabaseStmt>();
                option(statement.options, c"tablespace")?;
                text(statement.dbname)
            }
            // Both lock tables in another order than workers do.
            pg_sys::NodeTag::T_AlterExtensionStmt => {
                let statement = &*node.cast::<pg_sys::AlterExtensionStmt>();
                text(statement.extname).filter(|name| name == "engram")?;
                text(pg_sys::get_database_name(pg_sys::MyDatabaseId))
            }
            pg_sys::NodeTag::T_DropStmt => {
                let statement = &*node.cast::<pg_sys::DropStmt>();
                if statement.removeType != pg_sys::ObjectType::OBJECT_EXTENSION {
                    return None;
                }
                // The grammar makes a list of names. With those of others goes what needs them.
                let names = PgList::<pg_sys::String>::from_pg(statement.objects);
                let is_ours = |&name: &*mut pg_sys::String| text((*name).sval).is_some_and(|name| name == "engram");
                if statement.behavior != pg_sys::DropBehavior::DROP_CASCADE {
                    names.iter_ptr().find(is_ours)?;
                }
                text(pg_sys::get_database_name(pg_sys::MyDatabaseId))
            }
            _ => None,
        }
    }
}

/// # Safety
/// `options` is null or a list of `DefElem`.
unsafe fn option(options: *mut pg_sys::List, name: &CStr) -> Option<String> {
    // SAFETY: the grammar makes a list of DefElem with names; defGetString returns a NUL-terminated string.
    unsafe {
        PgList::<pg_sys::DefElem>::from_pg(options)
            .iter_ptr()
            .find(|&element| CStr::from_ptr((*element).defname) == name && !(*element).arg.is_null())
            .and_then(|element| text(pg_sys::defGetString(element)))
    }
}

/// # Safety
/// `string` is null or NUL-terminated.
unsafe fn text(string: *const c_char) -> Option<String> {
    // SAFETY: by contract.
    (!string.is_null()).then(|| unsafe { CStr::from_ptr(string) }.to_string_lossy().into_owned())
}
