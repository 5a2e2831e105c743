/** What a person sees: tables, bars, amounts; and what a script reads instead: JSON. */
@NullMarked
package org.stoq.cli.terminal;

import org.jspecify.annotations.NullMarked;
