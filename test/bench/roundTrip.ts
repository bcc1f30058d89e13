/** By so much later than it could does the service answer in a bulk. */
export const roundTripMs = 50;
