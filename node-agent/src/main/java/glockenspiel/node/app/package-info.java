/**
 * Wires a node-agent: its owner, its channels to the other services, its node, and the services
 * that speak for it. The command and the demo call in; it may import everything of the node-agent.
 */
@NullMarked
package glockenspiel.node.app;

import org.jspecify.annotations.NullMarked;
