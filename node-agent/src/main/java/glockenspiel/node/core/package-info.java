/**
 * The node as a whole: mounts, unmounts, withdraws, tells how it is. Services, the command and the
 * simulation call in; it imports all other pure packages of the node-agent.
 */
@NullMarked
package glockenspiel.node.core;

import org.jspecify.annotations.NullMarked;
