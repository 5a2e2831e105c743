package org.stoq.sdk.routing;

import org.stoq.sdk.NodeId;

/**
 * The best known way to a node.
 *
 * @param destination where it ends
 * @param nextHop the neighbour to hand traffic to; the destination itself if that is a neighbour
 * @param cost what the algorithm minimises; comparable only within one table
 * @param rttMicros sum of the links' round-trip times in microseconds
 * @param hops how many links, at least 1
 */
public record Route(NodeId destination, NodeId nextHop, double cost, long rttMicros, int hops) {}
