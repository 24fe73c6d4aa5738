/** How far the delivery of what came while the page was away has got. */
export class OfflineMessageHandler {
  private expected = 0;
  private processed = 0;

  expect(count: number): void {
    this.expected = count;
    this.processed = 0;
  }

  /** One more message of the expected ones has been dealt with. */
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
