/** Programs that use STOQ from outside. */
@NullMarked
package org.example.plain;

import org.jspecify.annotations.NullMarked;
