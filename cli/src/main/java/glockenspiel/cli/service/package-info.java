/**
 * The commands that stay: one service in the foreground, or the whole cluster of {@code glock up}.
 * Nobody calls in but the command line; it imports the apps.
 */
@NullMarked
package glockenspiel.cli.service;

import org.jspecify.annotations.NullMarked;
