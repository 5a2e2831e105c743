package org.stoq.sdk.function;

import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Map;

/**
 * What a function is asked, in the terms of HTTP (RFC 9110).
 *
 * @param method such as {@code GET}
 * @param uri absolute
 * @param headers lower-case names
 * @param body the body; the function may leave it unread
 */
public record FunctionRequest(
        String method, String uri, Map<String, List<String>> headers, ReadableByteChannel body) {}
