/** Whole nodes against a small lock-manager and a small journal-service, in virtual time. */
@NullMarked
package glockenspiel.node.core;

import org.jspecify.annotations.NullMarked;
