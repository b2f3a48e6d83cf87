/**
 * What a node tells the outside: events, for logs, the timeline and watchers, and spans, for
 * traces. All other packages of the node-agent call in; it imports the protocol's words only.
 * Whoever wires a node implements the two ports.
 */
@NullMarked
package glockenspiel.node.event;

import org.jspecify.annotations.NullMarked;
