package org.stoq.bench.contender;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.stoq.client.pattern.Pattern;
import org.stoq.sdk.transport.Credentials;

/**
 * What all contenders of a measurement have in common.
 *
 * @param datagramBytes largest UDP payload, 1,200 to 65,487 bytes; TCP does without
 * @param congestion congestion algorithm of those that have a choice
 * @param connections how many connections there will be at once
 * @param credentials what this end shows, and whom it trusts
 * @param tally where this process counts
 * @param idleTimeout after how much silence a connection may end, of those that have a choice
 * @param pattern what is sent
 * @param local the address that clients send from
 */
public record Setup(
        int datagramBytes,
        String congestion,
        int connections,
        Credentials credentials,
        Tally tally,
        Duration idleTimeout,
        Pattern pattern,
        InetSocketAddress local) {}
