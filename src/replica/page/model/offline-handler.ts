/** Progress of the delivery of messages that came while the page was offline. */
export class OfflineMessageHandler {
  private expected = 0;
  private processed = 0;

  expect(count: number): void {
    this.expected = count;
    this.processed = 0;
  }

  /** Counts one of the expected messages as handled. */
  advance(): void {
    this.processed = Math.min(this.expected, this.processed + 1);
  }

  /** Percent; 100 when done or when nothing was expected. */
  getOfflineDeliveryProgress(): number {
    return this.expected === 0 ? 100 : Math.ceil((100 * this.processed) / this.expected);
  }

  getOfflineMessageCount(): number {
    return this.expected;
  }

  isResumeComplete(): boolean {
    return this.processed >= this.expected;
  }

  isResumeFromRestartComplete(): boolean {
    return this.isResumeComplete();
  }
}
