/**
 * Tests of whole node-agents: real stubs, real clients, a real file system, over a lock-manager
 * that grants everything and a journal-service in memory.
 */
@NullMarked
package glockenspiel.node.app;

import org.jspecify.annotations.NullMarked;
