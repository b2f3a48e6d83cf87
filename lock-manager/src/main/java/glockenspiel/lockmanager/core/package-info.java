/**
 * The lock-manager's core: sessions, the lock table and the recovery gate as one state machine,
 * {@link glockenspiel.lockmanager.core.LockManager#step}. Pure: no threads, clocks, files or gRPC,
 * and nothing whose order is not defined. The lock-manager's shell and the simulation call in; it
 * imports the words of {@code protocol.lock} and the state machines of {@code runtime.state}. The
 * protocol's story stands in {@code docs/protocols/locks.md}.
 */
@NullMarked
package glockenspiel.lockmanager.core;

import org.jspecify.annotations.NullMarked;
